package dev.atrium.room;

/**
 * Query for a page of a room's history.
 *
 * @param after returns the oldest messages after this offset; negative: the newest messages
 * @param before only messages before this offset
 * @param limit maximum number of messages
 */
public record HistoryQuery(long after, long before, int limit) {

    /** Maximum number of messages per read. */
    public static final int MOST = 1_000;

    /** Query for no message, only for the position of the room. */
    public static final HistoryQuery HEAD = new HistoryQuery(0, 1, 1);

    public static HistoryQuery after(long offset, int limit) {
        return new HistoryQuery(offset, Long.MAX_VALUE, limit);
    }

    /** Returns whether the query is for the newest messages rather than for those after an offset. */
    public boolean isNewest() {
        return after < 0;
    }
}
