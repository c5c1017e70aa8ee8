package dev.atrium.backplane.redis;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Lease of this replica, as this replica knows it. Other replicas remove the members of a replica whose lease has expired, and
 * take its sessions over, so a replica that has slept past its lease must find out what is still its own before it writes.
 * Written on the backplane's event loop, read by any thread.
 */
final class Lease {

    private final long nanos;
    private final LongSupplier clock;
    private volatile boolean everRenewed;
    private volatile long renewedAt;
    private volatile long heldSince;
    private volatile boolean everRefused;

    /** @param clock monotonic time in nanoseconds */
    Lease(Duration length, LongSupplier clock) {
        this.nanos = length.toNanos();
        this.clock = clock;
    }

    long millis() {
        return nanos / 1_000_000;
    }

    /**
     * Redis has renewed the lease.
     *
     * @param sentAt when the renewal was sent: the lease may run from then
     * @return whether the lease had expired before
     */
    boolean renewed(long sentAt) {
        boolean expired = everRenewed && sentAt - renewedAt >= nanos;
        if (expired || !everRenewed) {
            heldSince = sentAt;
        }
        renewedAt = sentAt;
        everRenewed = true;
        return expired;
    }

    /** Returns whether the lease has expired since it was last renewed. */
    boolean isExpired() {
        return everRenewed && clock.getAsLong() - renewedAt >= nanos;
    }

    /**
     * Returns whether this replica has held its lease for as long as a lease lasts. Only then may it take another replica whose
     * lease has expired for dead: after an outage of Redis, or while Redis refused writes, the others could not renew theirs.
     */
    boolean isSettled() {
        return everRenewed && !isExpired() && clock.getAsLong() - heldSince >= nanos;
    }

    /** Returns whether the leases of living replicas may have expired, too, because Redis has renewed none. */
    boolean mayOthersHaveExpired() {
        return isExpired() || everRefused && !isSettled();
    }

    /** A renewal was refused or not answered. */
    void notRenewed() {
        everRefused = true;
        heldSince = clock.getAsLong();
    }
}
