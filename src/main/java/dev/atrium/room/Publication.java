package dev.atrium.room;

/**
 * What a client wants said, before the room has given it its place.
 *
 * @param room where; a whole namespace and a single session are rooms, too
 * @param event the name, {@value #DEFAULT_EVENT} if the client gave none
 * @param data never null
 * @param from the sending session, or null for a backend that is none
 * @param echo whether the sender hears it, too
 * @param audience which members of the room hear it; null for all
 * @param idempotency the client's name for this publication: another of that name in that room is the same one, said again
 *     because its answer was lost; or null
 * @param traceparent the span that it is part of, as W3C Trace Context writes it; or null
 */
public record Publication(RoomId room, String event, Data data, Sender from, boolean echo, Audience audience,
        String idempotency, String traceparent) {

    /** The event of a message whose sender named none. */
    public static final String DEFAULT_EVENT = "message";

    /** Without an idempotency key. */
    public Publication(RoomId room, String event, Data data, Sender from, boolean echo) {
        this(room, event, data, from, echo, null, null, null);
    }

    /** For all members of the room. */
    public Publication(RoomId room, String event, Data data, Sender from, boolean echo, String idempotency) {
        this(room, event, data, from, echo, null, idempotency, null);
    }

    /** Part of no trace. */
    public Publication(RoomId room, String event, Data data, Sender from, boolean echo, Audience audience, String idempotency) {
        this(room, event, data, from, echo, audience, idempotency, null);
    }

    /** The same as part of that span, or of none. */
    public Publication in(String span) {
        return new Publication(room, event, data, from, echo, audience, idempotency, span);
    }

    /** This publication at its place in the room. */
    public Message at(StreamPosition position, long atMicros) {
        return new Message(room, event, data, from, echo, audience, traceparent, atMicros, position.epoch(), position.offset());
    }
}
