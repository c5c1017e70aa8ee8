package dev.atrium.file;

import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
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
    private final Queue<Turn> turns = new ArrayDeque<>();
    private long reading;

    /** Work that waits for room. */
    private record Turn(long cost, Runnable begin) {
    }

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
        long cost = bytes + REQUEST_BYTES;
        return Uni.createFrom().emitter(emitter -> {
            Runnable begin = () -> Uni.createFrom().<T>deferred(work).onTermination().invoke(() -> leave(cost))
                    .subscribe().with(emitter::complete, emitter::fail);
            if (!enter(new Turn(cost, begin))) {
                emitter.fail(new RejectedExecutionException("too many wait for files"));
            }
        });
    }

    private boolean enter(Turn turn) {
        synchronized (turns) {
            if (!turns.isEmpty() || reading + turn.cost > MOST_BYTES) {
                return turns.size() < MOST_WAITING && turns.add(turn);
            }
            reading += turn.cost;
        }
        turn.begin.run();
        return true;
    }

    private void leave(long cost) {
        List<Turn> next = new ArrayList<>();
        synchronized (turns) {
            reading -= cost;
            while (!turns.isEmpty() && reading + turns.peek().cost <= MOST_BYTES) {
                Turn turn = turns.remove();
                reading += turn.cost;
                next.add(turn);
            }
        }
        next.forEach(turn -> turn.begin.run());
    }
}
