package dev.atrium.backplane.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The one event loop of this backplane. What runs here needs no lock. */
final class RedisLoop implements Executor {

    private final Vertx vertx;
    private final Context context;
    private volatile Thread thread;

    RedisLoop(Vertx vertx) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        context.runOnContext(ignored -> thread = Thread.currentThread());
    }

    /** Runs the task in a later turn; tasks of one thread in their order. */
    @Override
    public void execute(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    /** Does the work in a later turn; what it throws is a failure, too. */
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

    /** Runs the task at once if the caller is on this loop already, else in a later turn. */
    void run(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
        } else {
            execute(task);
        }
    }

    void after(long millis, Runnable task) {
        vertx.setTimer(millis, ignored -> run(task));
    }

    /** @return the id with which {@link #cancel} ends it */
    long every(long millis, Runnable task) {
        return vertx.setPeriodic(millis, ignored -> run(task));
    }

    void cancel(long timer) {
        vertx.cancelTimer(timer);
    }
}
