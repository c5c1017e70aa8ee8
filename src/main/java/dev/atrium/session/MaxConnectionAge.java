package dev.atrium.session;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How old connections get, if there is an end to it: those who came together must not be sent away together.
 *
 * @param nanos 0 for as old as they like
 * @param jitter the share of it by which each one's may differ, either way
 */
record MaxConnectionAge(long nanos, double jitter) {

    static MaxConnectionAge of(SessionConfig.ConnectionSettings config) {
        return new MaxConnectionAge(config.maxAge().toNanos(), config.maxAgeJitter() / 100.0);
    }

    /** When one that begins now ends, in the time of {@link System#nanoTime}. */
    long end(long now) {
        return nanos == 0 ? Long.MAX_VALUE
                : now + (long) (nanos * (1 + jitter * (2 * ThreadLocalRandom.current().nextDouble() - 1)));
    }
}
