package dev.atrium.file;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/** Does things one after the other, on this replica, so that two cannot both take the last of a quota. Any thread. */
final class OneAtATime {

    private final int most;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean busy;

    /** @param most that may wait */
    OneAtATime(int most) {
        this.most = most;
    }

    /** What the work results in, once it has had its turn; fails at once with the given failure if too many wait. */
    <T> Uni<T> run(Supplier<Uni<T>> work, Supplier<? extends RuntimeException> tooMany) {
        return Uni.createFrom().emitter(emitter -> {
            Runnable turn = () -> turn(work, emitter);
            synchronized (this) {
                if (busy && waiting.size() >= most) {
                    emitter.fail(tooMany.get());
                    return;
                }
                if (busy) {
                    waiting.add(turn);
                    return;
                }
                busy = true;
            }
            turn.run();
        });
    }

    private <T> void turn(Supplier<Uni<T>> work, UniEmitter<? super T> emitter) {
        Uni.createFrom().deferred(work::get).onTermination().invoke(this::next)
                .subscribe().with(emitter::complete, emitter::fail);
    }

    private void next() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            busy = next != null;
        }
        if (next != null) {
            next.run();
        }
    }
}
