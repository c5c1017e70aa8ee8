package dev.atrium.backplane.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Clock of Redis, which gives messages their times: that of a replica may differ, and a message would be taken for older or
 * younger than it is. Written on the backplane's event loop, read by any thread.
 */
final class RedisClock {

    private static final Logger LOG = Logger.getLogger(RedisClock.class);

    /** A reply that took longer does not tell when Redis read its clock. */
    private static final long MAX_ROUND_TRIP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile long aheadMillis;

    /** Asks Redis for its time; called with each heartbeat. */
    void check(ReconnectingConnection commands) {
        long sentAt = System.nanoTime();
        commands.send(Request.cmd(Command.TIME)).onSuccess(time -> set(time, System.nanoTime() - sentAt))
                .onFailure(failure -> LOG.debugf("The time of Redis is unknown: %s", failure.getMessage()));
    }

    private void set(Response time, long roundTripNanos) {
        if (roundTripNanos > MAX_ROUND_TRIP_NANOS) {
            return;
        }
        long millis = time.get(0).toLong() * 1_000 + time.get(1).toLong() / 1_000;
        aheadMillis = millis + TimeUnit.NANOSECONDS.toMillis(roundTripNanos / 2) - System.currentTimeMillis();
    }

    long millis() {
        return System.currentTimeMillis() + aheadMillis;
    }
}
