package dev.atrium.backplane.redis;

/**
 * Pace at which a replica writes all of its state again because writes have failed: at first with the next heartbeat, then with
 * every second, fourth and so on. What Redis refuses for good, for want of a permission for example, would keep both busy. On
 * the backplane's event loop only.
 */
final class RepublishPace {

    private static final int MAX_HEARTBEATS = 32;

    private int heartbeats = 1;
    private int left;

    /**
     * Called with each heartbeat; returns whether to write everything again now.
     *
     * @param unpublished whether a write has failed since it was last written
     */
    boolean isDue(boolean unpublished) {
        if (left > 0) {
            left--;
            return false;
        }
        if (!unpublished) {
            heartbeats = 1;
            return false;
        }
        left = heartbeats - 1;
        heartbeats = Math.min(MAX_HEARTBEATS, heartbeats * 2);
        return true;
    }
}
