package dev.atrium.room;

import java.util.Objects;

/**
 * A message to publish, before the room has assigned its stream position.
 *
 * @param room the target; a whole namespace and a single session are rooms, too
 * @param event name of the event; null becomes {@value #DEFAULT_EVENT}
 * @param data payload, never null
 * @param from the sending session, or null for a backend, which has none
 * @param echo whether the sender receives it, too
 * @param audience the members of the room that receive it; null for all
 * @param idempotency idempotency key chosen by the client, or null: a second publication with the same key in the same room is
 *        a retry after a lost reply, and is not published again
 * @param traceparent of the span that it belongs to, in the W3C Trace Context format; or null
 * @param toExisting whether a message to a single session fails if there is no such session, connected or resumable
 */
public record Publication(RoomId room, String event, Data data, Sender from, boolean echo, Audience audience,
        String idempotency, String traceparent, boolean toExisting) {

    /** Event name of a message whose sender named none. */
    public static final String DEFAULT_EVENT = "message";

    public Publication {
        event = event == null ? DEFAULT_EVENT : event;
    }

    public Publication(RoomId room, String event, Data data, Sender from, boolean echo) {
        this(room, event, data, from, echo, null, null);
    }

    public Publication(RoomId room, String event, Data data, Sender from, boolean echo, String idempotency) {
        this(room, event, data, from, echo, null, idempotency);
    }

    public Publication(RoomId room, String event, Data data, Sender from, boolean echo, Audience audience, String idempotency) {
        this(room, event, data, from, echo, audience, idempotency, null);
    }

    public Publication(RoomId room, String event, Data data, Sender from, boolean echo, Audience audience, String idempotency,
            String traceparent) {
        this(room, event, data, from, echo, audience, idempotency, traceparent, false);
    }

    /** Returns the publication as one that belongs to the given span, or to none. */
    public Publication in(String span) {
        return Objects.equals(span, traceparent) ? this
                : new Publication(room, event, data, from, echo, audience, idempotency, span, toExisting);
    }

    /** Returns a copy that fails if it is for a single session that does not exist. */
    public Publication toExistingSession() {
        return new Publication(room, event, data, from, echo, audience, idempotency, traceparent, true);
    }

    /** Returns the volatile message that this publication becomes. */
    public Message withoutPosition(long atMicros) {
        return new Message(room, event, data, from, echo, audience, traceparent, atMicros, null, 0);
    }

    /** Returns the message that this publication becomes at that stream position. */
    public Message at(StreamPosition position, long atMicros) {
        return new Message(room, event, data, from, echo, audience, traceparent, atMicros, position.epoch(), position.offset());
    }
}
