package dev.atrium.room;

/**
 * A message published in a room, with its stream position; a volatile message has none, is in no history, and may be dropped on
 * its way to a slow member.
 *
 * @param from the sending session, or null for a backend, which has none
 * @param echo whether the sender receives it, too
 * @param audience the members of the room that receive it; null for all
 * @param traceparent of the publishing span in the W3C Trace Context format; null if the message is not traced. Never sent to
 *        clients
 * @param atMicros when the backplane accepted it, in microseconds since 1970
 * @param epoch see {@link StreamPosition}; null for a volatile message
 * @param offset 1, 2, 3 … in its room, the same for every subscriber; 0 for a volatile message
 */
public record Message(RoomId room, String event, Data data, Sender from, boolean echo, Audience audience,
        String traceparent, long atMicros, String epoch, long offset) implements Delivery {

    /** Returns when the backplane accepted it, in milliseconds since 1970, as sent to clients. */
    public long at() {
        return atMicros / 1000;
    }

    /** Returns whether it has no stream position. */
    public boolean isVolatile() {
        return epoch == null;
    }

    /** Returns its stream position in the room. Not for a volatile message, which has none. */
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
    public boolean isFor(Recipient recipient) {
        return (echo || from == null || !recipient.id().equals(from.id()))
                && (audience == null || audience.includes(recipient));
    }
}
