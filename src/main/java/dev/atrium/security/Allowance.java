package dev.atrium.security;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;

/** How much one client may say just now: token buckets. One thread at a time. */
public final class Allowance {

    /** Seconds' worth that may come at once. */
    private static final int BURST = 5;

    /** Refusals that a client that does not listen is given, in as many seconds. */
    private static final int REFUSALS = 100;
    private static final Duration FORGOTTEN = Duration.ofSeconds(10);

    private final Bucket messages;
    private final Bucket bytes;
    private Bucket refusals;

    /** 0 is no limit. */
    Allowance(long messagesPerSecond, long bytesPerSecond) {
        messages = bucket(messagesPerSecond);
        bytes = bucket(bytesPerSecond);
    }

    /**
     * Takes one message from it.
     *
     * @return what there is not enough of; null if there is
     */
    public Limit take(long size) {
        return take(1, size);
    }

    /** The same of several messages. */
    public Limit take(int count, long size) {
        if (messages != null && count > 0 && !messages.tryConsume(count)) {
            return Limit.MESSAGES;
        }
        return takeBytes(size);
    }

    /** The same for bytes of a message that was taken already. */
    public Limit takeBytes(long size) {
        return bytes == null || size == 0 || bytes.tryConsume(size) ? null : Limit.BYTES;
    }

    /** Whether the client, refused once more, has to be stopped. */
    public boolean isAbused() {
        if (refusals == null) {
            refusals = Bucket.builder().addLimit(limit -> limit.capacity(REFUSALS).refillGreedy(REFUSALS, FORGOTTEN))
                    .withSynchronizationStrategy(SynchronizationStrategy.NONE).build();
        }
        return !refusals.tryConsume(1);
    }

    private static Bucket bucket(long perSecond) {
        return perSecond == 0 ? null : Bucket.builder()
                .addLimit(limit -> limit.capacity(BURST * perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .withSynchronizationStrategy(SynchronizationStrategy.NONE).withNanosecondPrecision().build();
    }
}
