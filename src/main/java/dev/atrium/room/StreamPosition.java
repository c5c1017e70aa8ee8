package dev.atrium.room;

/**
 * Position in a room's message stream.
 *
 * @param epoch identifies one history of the room and changes only when that history was lost; empty for any epoch
 * @param offset of the last message; 0 before the first
 */
public record StreamPosition(String epoch, long offset) {

    /**
     * Position before the first message of a history whose epoch is unknown or not created yet, such as that of a session's own
     * room.
     */
    public static final StreamPosition START = new StreamPosition("", 0);

    /** Returns the position before the first message of a new history, with a new random epoch. */
    public static StreamPosition origin() {
        return new StreamPosition(RandomName.of(8), 0);
    }
}
