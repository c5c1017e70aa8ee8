package dev.atrium.security;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;

/** How much one client may say just now: token buckets. One thread at a time. */
public final class TokenBucket {

    /** Seconds' worth that may come at once. */
    private static final int BURST = 5;

    /** Refusals that a client that does not listen is given, in as many seconds. */
    private static final int REFUSALS = 100;
    private static final Duration FORGOTTEN = Duration.ofSeconds(10);

    private final long messagesPerSecond;
    private final long bytesPerSecond;
    /** Made with the first message: most connections are idle, and there are many. */
    private Bucket messages;
    private Bucket bytes;
    private Bucket refusals;

    /** 0 is no limit. */
    TokenBucket(long messagesPerSecond, long bytesPerSecond) {
        this.messagesPerSecond = messagesPerSecond;
        this.bytesPerSecond = bytesPerSecond;
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
        if (messagesPerSecond > 0 && messages == null) {
            messages = bucket(messagesPerSecond);
        }
        if (messages != null && count > 0 && !messages.tryConsume(count)) {
            return Limit.MESSAGES;
        }
        return takeBytes(size);
    }

    /** The same for bytes of a message that was taken already. */
    public Limit takeBytes(long size) {
        if (bytesPerSecond > 0 && bytes == null && size > 0) {
            bytes = bucket(bytesPerSecond);
        }
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
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(BURST * perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .withSynchronizationStrategy(SynchronizationStrategy.NONE).withNanosecondPrecision().build();
    }
}
