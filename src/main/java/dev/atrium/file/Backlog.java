package dev.atrium.file;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Bounds what is on its way to and from a store: a disk or a service that is slower than the clients must not fill the heap.
 * Any thread.
 */
public final class Backlog {

    private static final long MOST_BYTES = 64L << 20;

    /** What a request costs beside the bytes of its chunk. */
    private static final long REQUEST_BYTES = 1024;

    private static final int MOST_WAITING = 10_000;

    private final AtomicLong waiting = new AtomicLong();
    private final AsyncSemaphore turns = new AsyncSemaphore(MOST_BYTES, MOST_WAITING);

    /**
     * Work that takes something from a client; with a {@link RejectedExecutionException} instead of it if too much is on its way already.
     *
     * @param bytes of the chunk that it carries
     */
    public <T> Uni<T> pass(long bytes, Supplier<Uni<? extends T>> work) {
        long cost = bytes + REQUEST_BYTES;
        return Uni.createFrom().deferred(() -> {
            if (waiting.addAndGet(cost) > MOST_BYTES) {
                waiting.addAndGet(-cost);
                return Uni.createFrom().failure(new RejectedExecutionException("too many bytes are on their way"));
            }
            return Uni.createFrom().<T>deferred(work).onTermination().invoke(() -> waiting.addAndGet(-cost));
        });
    }

    /**
     * Work that a client or the server waits for, which has room of its own: it begins when there is some, because a response that is
     * half sent cannot be taken back. With a {@link RejectedExecutionException} instead of it if very many wait already.
     *
     * @param bytes of the chunk that it brings
     */
    public <T> Uni<T> queue(long bytes, Supplier<Uni<? extends T>> work) {
        return turns.take(bytes + REQUEST_BYTES, work);
    }
}
