package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneStatus.Function;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * What Redis refuses this replica, by the replies to its heartbeat and to its publications. Each change is logged once. Any
 * thread.
 */
final class RedisHealth {

    private static final Logger LOG = Logger.getLogger(RedisHealth.class);

    /** A missing permission of publications shows at a publication alone: without another one the refusal is forgotten. */
    private static final long NOPERM_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Map<Function, Refusal> refused = new ConcurrentHashMap<>();

    private record Refusal(RedisError error, long at) {
    }

    /** Redis has accepted a command of that kind. */
    void accepted(Function function) {
        // Read first: every publication comes here.
        if (refused.containsKey(function) && refused.remove(function) != null && refused.isEmpty()) {
            LOG.info("Redis accepts the writes of this replica again");
        }
    }

    /** A command of that kind has failed. Only refusals count: that a connection is down is the connection's state. */
    void failed(Function function, RedisError error) {
        if (!error.refusesWrites()) {
            return;
        }
        boolean known = refused.values().stream().anyMatch(other -> other.error.code().equals(error.code()));
        refused.put(function, new Refusal(error, System.nanoTime()));
        if (!known) {
            LOG.warnf("Redis refuses %s: %s", function.what(), error.text());
        }
    }

    /** Returns why Redis refuses it, or null. */
    RedisError refusal(Function function) {
        Refusal refusal = refused.get(function);
        return refusal == null ? null : refusal.error;
    }

    /** Redis has renewed the lease: it refuses no writes as such. */
    void leaseRenewed() {
        accepted(Function.LEASE);
        Refusal refusal = refused.get(Function.PUBLISH);
        if (refusal != null && (!refusal.error.isMissingPermission() || System.nanoTime() - refusal.at > NOPERM_NANOS)) {
            accepted(Function.PUBLISH);
        }
    }

    /** Redis has not renewed the lease. */
    void leaseRefused(RedisError error) {
        failed(Function.LEASE, error);
        if (!error.isMissingPermission()) {
            failed(Function.PUBLISH, error);
        }
    }
}
