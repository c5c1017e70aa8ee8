package dev.atrium.room;

/**
 * A place in a room's order.
 *
 * @param epoch changes only when the room's history was lost; empty for whichever it is
 * @param offset of the last message; 0 before the first
 */
public record StreamPosition(String epoch, long offset) {

    /** Before the first message of a history whose epoch is not known, or not made yet: that of a session's own room. */
    public static final StreamPosition START = new StreamPosition("", 0);

    /** The position before the first message of a history that begins now. */
    public static StreamPosition origin() {
        return new StreamPosition(RandomName.of(8), 0);
    }
}
