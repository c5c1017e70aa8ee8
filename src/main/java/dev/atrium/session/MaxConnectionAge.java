package dev.atrium.session;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Maximum age of connections, with jitter: clients that connected at the same time must not be disconnected at the same time.
 *
 * @param nanos maximum age in nanoseconds; 0 for no limit
 * @param jitter fraction of it by which the age of a single connection may differ, either way
 */
record MaxConnectionAge(long nanos, double jitter) {

    static MaxConnectionAge of(SessionConfig.ConnectionSettings config) {
        return new MaxConnectionAge(config.maxAge().toNanos(), config.maxAgeJitter() / 100.0);
    }

    /** Returns when a connection that begins now reaches its age, in the time of {@link System#nanoTime}. */
    long end(long now) {
        return nanos == 0 ? Long.MAX_VALUE
                : now + (long) (nanos * (1 + jitter * (2 * ThreadLocalRandom.current().nextDouble() - 1)));
    }
}
