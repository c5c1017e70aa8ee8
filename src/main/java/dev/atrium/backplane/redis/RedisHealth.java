package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneStatus.Function;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** What Redis refuses this replica, by the replies to heartbeats and publications. Each change is logged once. Any thread. */
final class RedisHealth {

    private static final Logger LOG = Logger.getLogger(RedisHealth.class);

    /**
     * How long a refusal of publications counts after the last one, unless the lease was refused for the same reason. Some
     * publications may succeed meanwhile: each success must neither clear it nor be logged.
     */
    private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Map<Function, Refusal> refused = new ConcurrentHashMap<>();

    private record Refusal(RedisError error, long at) {

        boolean isFor(String code) {
            return error.code().equals(code);
        }
    }

    /** A command of that kind has failed. Only refusals count: that a connection is down is the connection's state. */
    void failed(Function function, RedisError error) {
        if (!error.refusesWrites()) {
            return;
        }
        boolean known = refused.values().stream().anyMatch(other -> other.isFor(error.code()));
        refused.put(function, new Refusal(error, System.nanoTime()));
        if (!known) {
            LOG.warnf("Redis refuses %s: %s", function.what(), error.text());
        }
    }

    /** Redis has renewed the lease: what it refused for all writes is over. Once a second. */
    void leaseRenewed() {
        Refusal ofLease = refused.remove(Function.LEASE);
        Refusal ofPublications = refused.get(Function.PUBLISH);
        boolean over = ofPublications != null && (ofLease != null && ofLease.isFor(ofPublications.error.code())
                || System.nanoTime() - ofPublications.at > FORGET_NANOS);
        if (over) {
            refused.remove(Function.PUBLISH, ofPublications);
        }
        if ((ofLease != null || over) && refused.isEmpty()) {
            LOG.info("Redis accepts the writes of this replica again");
        }
    }

    /** Redis has not renewed the lease. A missing permission says nothing about publications. */
    void leaseRefused(RedisError error) {
        failed(Function.LEASE, error);
        if (!error.isMissingPermission()) {
            failed(Function.PUBLISH, error);
        }
    }

    /** Returns why Redis refuses it, or null. */
    RedisError refusal(Function function) {
        Refusal refusal = refused.get(function);
        return refusal == null ? null : refusal.error;
    }
}
