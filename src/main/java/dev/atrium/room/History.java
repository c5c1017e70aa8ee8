package dev.atrium.room;

import java.util.List;

/**
 * Page of a room's message history.
 *
 * @param head the room's last stream position at the time of the read; its epoch is empty if nothing was ever published there
 * @param messages in ascending order of offset
 * @param droppedMicros time of the newest message that was dropped to bound the memory of the history, in microseconds since
 *        1970; 0 for none
 */
public record History(StreamPosition head, List<Message> messages, long droppedMicros) {

    /** A page of a history of which nothing was dropped. */
    public History(StreamPosition head, List<Message> messages) {
        this(head, messages, 0);
    }

    /**
     * Returns this page with the end of the query as its position: a client that continued from the head after an empty page
     * would miss the messages between the two.
     */
    public History endingAt(HistoryQuery query) {
        long end = Math.max(query.after(), query.before() - 1);
        return !messages.isEmpty() || end >= head.offset() ? this
                : new History(new StreamPosition(head.epoch(), Math.max(0, end)), messages, droppedMicros);
    }

    /**
     * Returns whether these messages directly continue that position: a client that has everything up to it, and then receives
     * these messages, has missed nothing.
     */
    public boolean continues(StreamPosition position) {
        boolean sameHistory = position.isIn(head.epoch()) || position.epoch().isEmpty();
        if (!sameHistory || position.offset() > head.offset()) {
            return false;
        }
        return messages.isEmpty() ? position.offset() == head.offset()
                : messages.get(0).offset() == position.offset() + 1;
    }
}
