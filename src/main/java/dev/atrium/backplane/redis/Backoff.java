package dev.atrium.backplane.redis;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Exponential backoff with jitter: from 100 ms the delay doubles up to a cap of 2 s, and is drawn at random between a quarter
 * of that and all of it, so that replicas do not reconnect at the same time.
 */
final class Backoff {

    private static final long FIRST_MILLIS = 100;
    private static final long CAP_MILLIS = 2_000;

    private int tries;

    long nextMillis() {
        long ceiling = Math.min(CAP_MILLIS, FIRST_MILLIS << Math.min(tries++, 10));
        return ThreadLocalRandom.current().nextLong(ceiling / 4, ceiling + 1);
    }

    void reset() {
        tries = 0;
    }
}
