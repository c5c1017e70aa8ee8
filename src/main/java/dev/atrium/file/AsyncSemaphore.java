package dev.atrium.file;

import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** Lets so much work go on at a time, and has the rest wait, in its order. Any thread. */
final class AsyncSemaphore {

    private final long room;
    private final int most;
    private final Queue<Turn> waiting = new ArrayDeque<>();
    private long taken;

    private record Turn(long cost, Runnable begin) {
    }

    /**
     * Turns.
     *
     * @param room what all work that goes on may cost together
     * @param most how much work may wait
     */
    AsyncSemaphore(long room, int most) {
        this.room = room;
        this.most = most;
    }

    /** What the work results in, once it has had its turn; a {@link RejectedExecutionException} if too much waits. */
    <T> Uni<T> take(long cost, Supplier<Uni<? extends T>> work) {
        return Uni.createFrom().emitter(emitter -> {
            Runnable begin = () -> Uni.createFrom().<T>deferred(work).onTermination().invoke(() -> leave(cost))
                    .subscribe().with(emitter::complete, emitter::fail);
            if (!enter(new Turn(cost, begin))) {
                emitter.fail(new RejectedExecutionException("too many wait for files"));
            }
        });
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
