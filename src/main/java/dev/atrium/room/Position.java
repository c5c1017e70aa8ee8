package dev.atrium.room;

/**
 * A place in a room's order.
 *
 * @param epoch changes only when the room's history was lost
 * @param offset of the last message; 0 before the first
 */
public record Position(String epoch, long offset) {

    /** The position before the first message of a history that begins now. */
    public static Position origin() {
        return new Position(RandomName.of(8), 0);
    }
}
