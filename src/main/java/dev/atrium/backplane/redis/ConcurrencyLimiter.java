package dev.atrium.backplane.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/** Concurrency limiter for commands to Redis, or for series of them. On the backplane's event loop only. */
final class ConcurrencyLimiter {

    private static final int BULK = 128;

    private final RedisLoop loop;
    private final int maxRunning;
    private final ArrayDeque<Supplier<Future<?>>> waiting = new ArrayDeque<>();
    private int running;

    private ConcurrencyLimiter(RedisLoop loop, int maxRunning) {
        this.loop = loop;
        this.maxRunning = maxRunning;
    }

    /** Creates a limiter for bulk commands, which must neither delay publications nor overflow the connection's queue. */
    static ConcurrencyLimiter forBulk(RedisLoop loop) {
        return new ConcurrencyLimiter(loop, BULK);
    }

    /** Creates a limiter that runs one after the other. */
    static ConcurrencyLimiter oneAtATime(RedisLoop loop) {
        return new ConcurrencyLimiter(loop, 1);
    }

    /** Sends the command as soon as fewer than the maximum are running; its failure is handled by the caller. */
    void submit(Supplier<Future<?>> command) {
        if (running == maxRunning) {
            waiting.add(command);
        } else {
            run(command);
        }
    }

    int waiting() {
        return waiting.size();
    }

    /** Sends a command as {@link #submit}; the result completes with the command's. */
    <T> Future<T> call(Supplier<Future<T>> command) {
        Promise<T> promise = Promise.promise();
        submit(() -> command.get().onComplete(promise));
        return promise.future();
    }

    private void run(Supplier<Future<?>> command) {
        running++;
        // Always in a later turn: a series of commands that fail at once would recurse until the stack overflows.
        command.get().onComplete(result -> loop.execute(() -> {
            running--;
            Supplier<Future<?>> next = waiting.poll();
            if (next != null) {
                run(next);
            }
        }));
    }
}
