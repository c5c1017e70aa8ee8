package dev.atrium.file;

import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Asynchronous semaphore: limits the cost of concurrent work; the rest waits in a bounded queue, in order. Any thread. */
final class AsyncSemaphore {

    private final long room;
    private final int most;
    private final Queue<Turn> waiting = new ArrayDeque<>();
    private long taken;

    private record Turn(long cost, Runnable begin, Consumer<Throwable> fail) {
    }

    /**
     * Creates a semaphore without tasks.
     *
     * @param room maximum total cost of running tasks
     * @param most maximum number of waiting tasks
     */
    AsyncSemaphore(long room, int most) {
        this.room = room;
        this.most = most;
    }

    /** Runs the work when there is room for its cost; a {@link RejectedExecutionException} if the queue is full. */
    <T> Uni<T> take(long cost, Supplier<Uni<? extends T>> work) {
        return Uni.createFrom().emitter(emitter -> {
            Runnable begin = () -> Uni.createFrom().<T> deferred(work).onTermination().invoke(() -> leave(cost))
                    .subscribe().with(emitter::complete, emitter::fail);
            if (!enter(new Turn(cost, begin, emitter::fail))) {
                emitter.fail(new RejectedExecutionException("too many wait for files"));
            }
        });
    }

    void failWaiting(Throwable failure) {
        List<Turn> failed;
        synchronized (waiting) {
            failed = List.copyOf(waiting);
            waiting.clear();
        }
        failed.forEach(turn -> turn.fail.accept(failure));
    }

    private boolean enter(Turn turn) {
        synchronized (waiting) {
            if (!waiting.isEmpty() || taken + turn.cost > room) {
                return waiting.size() < most && waiting.add(turn);
            }
            taken += turn.cost;
        }
        turn.begin.run();
        return true;
    }

    private void leave(long cost) {
        List<Turn> next = new ArrayList<>();
        synchronized (waiting) {
            taken -= cost;
            while (!waiting.isEmpty() && taken + waiting.peek().cost <= room) {
                Turn turn = waiting.remove();
                taken += turn.cost;
                next.add(turn);
            }
        }
        next.forEach(turn -> turn.begin.run());
    }
}
