package dev.atrium.file;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Bound of the bytes in flight to and from a store: one slower than its clients must not fill the heap. Any thread. */
public final class InFlightLimit {

    /** Chunks on their way to Redis or S3 are in the heap, some of them twice. */
    private static final long MAX_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);

    /** Cost of a request besides the bytes of its chunk. */
    private static final long REQUEST_BYTES = 1024;

    private static final int MAX_WAITING = 10_000;

    private final AtomicLong waiting = new AtomicLong();
    private final AsyncSemaphore turns = new AsyncSemaphore(MAX_BYTES, MAX_WAITING);

    /**
     * Runs work that takes a chunk from a client; fails with a {@link RejectedExecutionException} if too many bytes are in
     * flight already.
     *
     * @param bytes of the chunk
     */
    public <T> Uni<T> pass(long bytes, Supplier<Uni<? extends T>> work) {
        long cost = bytes + REQUEST_BYTES;
        return Uni.createFrom().deferred(() -> {
            if (waiting.addAndGet(cost) > MAX_BYTES) {
                waiting.addAndGet(-cost);
                return Uni.createFrom().failure(new RejectedExecutionException("too many bytes are on their way"));
            }
            return Uni.createFrom().<T> deferred(work).onTermination().invoke(() -> waiting.addAndGet(-cost));
        });
    }

    /**
     * Runs work for which a client or the server waits, from a budget of its own. It waits until there is room, because a
     * response that is half sent cannot be taken back. Fails with a {@link RejectedExecutionException} if very many requests
     * wait already.
     *
     * @param bytes of the chunk that it reads
     */
    public <T> Uni<T> queue(long bytes, Supplier<Uni<? extends T>> work) {
        return turns.take(bytes + REQUEST_BYTES, work);
    }
}
