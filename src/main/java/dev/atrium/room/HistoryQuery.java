package dev.atrium.room;

/**
 * Which part of a room's history to read.
 *
 * @param after the oldest messages after this offset; negative: the newest ones
 * @param before only messages before this offset
 * @param limit how many at the most
 */
public record HistoryQuery(long after, long before, int limit) {

    /** Most messages that are read at once. */
    public static final int MOST = 1_000;

    /** The next messages after a place. */
    public static HistoryQuery after(long offset, int limit) {
        return new HistoryQuery(offset, Long.MAX_VALUE, limit);
    }

    /** Whether the newest messages are wanted, not those after some place. */
    public boolean isNewest() {
        return after < 0;
    }
}
