package dev.atrium.backplane.redis;

import java.util.concurrent.ThreadLocalRandom;

/** Delays between tries: they double up to a cap, and are drawn at random below that, so that replicas do not knock together. */
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
