package dev.atrium.backplane.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Memory of Redis: while it is above the limit, the logs of rooms are shortened more and more, each with its next message, and
 * new idempotency keys and disconnected sessions are kept for a shorter time. A Redis that is full would refuse every message
 * instead. Written on the backplane's event loop, read by any thread.
 */
final class RedisMemory {

    private static final Logger LOG = Logger.getLogger(RedisMemory.class);

    /** Parts into which the limits are divided: at the least a log has one of them. */
    private static final int WHOLE = 64;

    private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");

    private final long limit;
    private volatile int share = WHOLE;

    /** @param limit in bytes; 0 for no limit */
    RedisMemory(long limit) {
        this.limit = limit;
    }

    /** Reads how much memory Redis uses; called with each heartbeat. */
    void check(ReconnectingConnection commands) {
        if (limit > 0) {
            commands.send(Request.cmd(Command.INFO).arg("memory")).onSuccess(info -> used(info.toString()))
                    .onFailure(failure -> LOG.debugf("The memory of Redis is unknown: %s", failure.getMessage()));
        }
    }

    /** @param info the section "memory" of INFO */
    void used(String info) {
        Matcher used = USED.matcher(info);
        if (!used.find()) {
            return;
        }
        long bytes = Long.parseLong(used.group(1));
        int before = share;
        if (bytes > limit) {
            share = Math.max(1, before / 2);
        } else if (bytes < limit / 10 * 9) {
            share = Math.min(WHOLE, before * 2);
        }
        if (before == WHOLE && share < WHOLE) {
            LOG.warnf("Redis uses %d bytes, more than atrium.redis.max-memory; rooms keep less of their history", bytes);
        } else if (before < WHOLE && share == WHOLE) {
            LOG.info("Redis uses less than atrium.redis.max-memory again; rooms keep their whole history");
        }
    }

    /** Returns the limit at present, of a log or of a time, that is {@code most} otherwise. */
    long scaled(long most) {
        return share == WHOLE || most == 0 ? most : Math.max(1, most * share / WHOLE);
    }
}
