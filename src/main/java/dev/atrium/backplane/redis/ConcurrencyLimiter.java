package dev.atrium.backplane.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * Commands in bulk, a few at a time: after an outage ten thousand rooms must neither crowd out publications nor overflow the
 * connection's queue. On the backplane's event loop only.
 */
final class ConcurrencyLimiter {

    private static final int AT_ONCE = 128;

    private final RedisLoop loop;
    private final ArrayDeque<Supplier<Future<?>>> waiting = new ArrayDeque<>();
    private int running;

    ConcurrencyLimiter(RedisLoop loop) {
        this.loop = loop;
    }

    /** Sends the command when its turn comes; whoever submits it looks after its failure. */
    void submit(Supplier<Future<?>> command) {
        if (running == AT_ONCE) {
            waiting.add(command);
        } else {
            run(command);
        }
    }

    /** Whether nothing waits for its turn. */
    boolean isIdle() {
        return waiting.isEmpty();
    }

    /** As {@link #submit}; completes with the command. */
    <T> Future<T> call(Supplier<Future<T>> command) {
        Promise<T> promise = Promise.promise();
        submit(() -> command.get().onComplete(promise));
        return promise.future();
    }

    private void run(Supplier<Future<?>> command) {
        running++;
        // Always in a later turn: commands that fail at once must not pile up on the stack.
        command.get().onComplete(result -> loop.execute(() -> {
            running--;
            Supplier<Future<?>> next = waiting.poll();
            if (next != null) {
                run(next);
            }
        }));
    }
}
