package dev.atrium.room;

/**
 * Something said in a room, at its place there.
 *
 * @param room where
 * @param event its name
 * @param data what was said
 * @param from the sending session, or null for a backend that is none
 * @param echo whether the sender hears it, too
 * @param audience which members of the room hear it; null for all
 * @param traceparent of the span that published it, as W3C Trace Context writes it, for a message that is traced; else null. Never
 *     told to clients
 * @param atMicros when the backplane took it, in microseconds since 1970
 * @param epoch see {@link StreamPosition}
 * @param offset 1, 2, 3 … in its room, the same for everyone
 */
public record Message(RoomId room, String event, Data data, Sender from, boolean echo, Audience audience,
        String traceparent, long atMicros, String epoch, long offset) implements Delivery {

    /** When the backplane took it, in milliseconds since 1970: what clients are told. */
    public long at() {
        return atMicros / 1000;
    }

    /** Its place in the room. */
    public StreamPosition position() {
        return new StreamPosition(epoch, offset);
    }

    @Override
    public int size() {
        return 100 + data.size();
    }

    @Override
    public boolean isForAll() {
        return (echo || from == null) && audience == null;
    }

    @Override
    public boolean isFor(Member member) {
        return (echo || from == null || !member.id().equals(from.id())) && (audience == null || audience.includes(member));
    }
}
