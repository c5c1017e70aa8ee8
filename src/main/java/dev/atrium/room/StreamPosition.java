package dev.atrium.room;

/**
 * Position in a room's message stream.
 *
 * <p>
 * An epoch names one history of the room. A failover to a replica of Redis that lagged begins a new epoch, which continues the
 * old one up to an offset; the epoch's text carries that: {@code 03noB_cF~164~kJ3vQ0aZ} has the messages of {@code 03noB_cF} up
 * to offset 164, and messages of its own after it. Other losses begin an epoch that continues none.
 *
 * @param epoch identifies one history of the room; empty for any epoch
 * @param offset of the last message; 0 before the first
 */
public record StreamPosition(String epoch, long offset) {

    /**
     * Position before the first message of a history whose epoch is unknown or not created yet, such as that of a session's own
     * room.
     */
    public static final StreamPosition START = new StreamPosition("", 0);

    private static final String FORK = "~";

    /** Clients send epochs back: a longer text is none of ours, and would cost time. */
    private static final int MAX_LENGTH = 256;

    private static final int UNRELATED = -1;

    /** Returns the position before the first message of a new history, with a new random epoch. */
    public static StreamPosition origin() {
        return new StreamPosition(RandomName.of(8), 0);
    }

    /**
     * Returns whether the history of that epoch has every message up to this position: a client that is here, and receives the
     * messages of that epoch after it, misses nothing.
     */
    public boolean isIn(String otherEpoch) {
        return sharedWith(otherEpoch) == offset;
    }

    /**
     * Returns the offset, this position's at most, up to which the history of that epoch has the same messages; -1 if the two
     * are unrelated.
     */
    public long sharedWith(String otherEpoch) {
        if (epoch.equals(otherEpoch)) {
            return offset;
        }
        if (epoch.length() > MAX_LENGTH || otherEpoch.length() > MAX_LENGTH) {
            return UNRELATED;
        }
        String[] own = epoch.split(FORK);
        String[] other = otherEpoch.split(FORK);
        for (int i = own.length - 1; i >= 0; i -= 2) {
            for (int j = other.length - 1; j >= 0; j -= 2) {
                if (own[i].equals(other[j])) {
                    return Math.min(offset, Math.min(firstFork(own, i), firstFork(other, j)));
                }
            }
        }
        return UNRELATED;
    }

    /** Returns the lowest offset at which a later epoch of that ancestry began. */
    private static long firstFork(String[] ancestry, int from) {
        long first = Long.MAX_VALUE;
        for (int i = from + 1; i < ancestry.length; i += 2) {
            first = Math.min(first, fork(ancestry[i]));
        }
        return first;
    }

    private static long fork(String offset) {
        try {
            return Long.parseLong(offset);
        } catch (NumberFormatException e) {
            // Made up by a client.
            return UNRELATED;
        }
    }
}
