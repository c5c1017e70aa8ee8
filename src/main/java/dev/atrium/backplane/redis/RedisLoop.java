package dev.atrium.backplane.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Event loop of the Redis backplane. State that is used only here needs no lock. */
final class RedisLoop implements Executor {

    private final Vertx vertx;
    private final Context context;
    private volatile Thread thread;

    RedisLoop(Vertx vertx) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        context.runOnContext(ignored -> thread = Thread.currentThread());
    }

    /** Runs the task in a later turn; tasks of one thread run in their order. */
    @Override
    public void execute(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    /** Calls the supplier in a later turn; a thrown exception fails the result. */
    <T> Future<T> call(Supplier<Future<T>> work) {
        Promise<T> promise = Promise.promise();
        execute(() -> {
            try {
                work.get().onComplete(promise);
            } catch (RuntimeException e) {
                promise.fail(e);
            }
        });
        return promise.future();
    }

    /** Runs the task at once if the caller is on this loop, otherwise in a later turn. */
    void run(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
        } else {
            execute(task);
        }
    }

    /** @return the id for {@link #cancel} */
    long after(long millis, Runnable task) {
        return vertx.setTimer(millis, ignored -> run(task));
    }

    /** @return the id for {@link #cancel} */
    long every(long millis, Runnable task) {
        return vertx.setPeriodic(millis, ignored -> run(task));
    }

    void cancel(long timer) {
        vertx.cancelTimer(timer);
    }
}
