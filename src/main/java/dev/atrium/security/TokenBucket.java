package dev.atrium.security;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;

/** Token buckets of one client, for messages and for bytes. Not thread-safe. */
public final class TokenBucket {

    /** Burst size, in seconds of the rate. */
    private static final int BURST = 5;

    /** Rejected messages allowed per 10 s, and burst size; a client that exceeds it ignores the error replies and is closed. */
    private static final int REJECTIONS = 100;
    private static final Duration REJECTIONS_PERIOD = Duration.ofSeconds(10);

    private final long messagesPerSecond;
    private final long bytesPerSecond;
    /** Created with the first message: most connections are idle, and there are many. */
    private Bucket messages;
    private Bucket bytes;
    private Bucket rejections;

    /** Returns the burst of a rate; unbounded for 0, which is no limit. */
    public static long burst(long perSecond) {
        return perSecond == 0 ? Long.MAX_VALUE : BURST * perSecond;
    }

    /** Creates buckets with those rates; 0 is no limit. */
    TokenBucket(long messagesPerSecond, long bytesPerSecond) {
        this.messagesPerSecond = messagesPerSecond;
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Charges one message of so many bytes. Returns the exceeded limit; null if the message is within the limits. */
    public Limit take(long size) {
        return take(1, size);
    }

    /** Charges several messages of {@code size} bytes in total. */
    public Limit take(int count, long size) {
        if (messagesPerSecond > 0 && messages == null && count > 0) {
            messages = bucket(messagesPerSecond);
        }
        if (messages != null && count > 0 && !messages.tryConsume(count)) {
            return Limit.MESSAGES;
        }
        return takeBytes(size);
    }

    /** Charges bytes of a message that was charged already. */
    public Limit takeBytes(long size) {
        if (bytesPerSecond > 0 && bytes == null && size > 0) {
            bytes = bucket(bytesPerSecond);
        }
        return bytes == null || size == 0 || bytes.tryConsume(size) ? null : Limit.BYTES;
    }

    /** Counts a rejected message; returns whether the client has exceeded the rate of error replies and must be closed. */
    public boolean countRejection() {
        if (rejections == null) {
            rejections = Bucket.builder()
                    .addLimit(limit -> limit.capacity(REJECTIONS).refillGreedy(REJECTIONS, REJECTIONS_PERIOD))
                    .withSynchronizationStrategy(SynchronizationStrategy.NONE).build();
        }
        return !rejections.tryConsume(1);
    }

    private static Bucket bucket(long perSecond) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(burst(perSecond)).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .withSynchronizationStrategy(SynchronizationStrategy.NONE).withNanosecondPrecision().build();
    }
}
