package dev.atrium.backplane.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Calls of which one runs at a time for each key: later ones share one more run, after it. On the backplane's loop only. */
final class CoalescedCalls<K, T> {

    private final RedisLoop loop;
    private final long maxPauseMillis;
    private final Map<K, Running<T>> running = new HashMap<>();

    /** Call in progress, or the pause after it. */
    private static final class Running<T> {

        /** Result of the next run; null if nobody waits for it. */
        private Promise<T> next;
    }

    /**
     * @param maxPauseMillis maximum pause after each run; up to it the pause is as long as the run was: others need the loop,
     *        too
     */
    CoalescedCalls(RedisLoop loop, long maxPauseMillis) {
        this.loop = loop;
        this.maxPauseMillis = maxPauseMillis;
    }

    /** @param work the same for each call of a key: it reads the state of its time */
    Future<T> call(K key, Supplier<Future<T>> work) {
        Running<T> before = running.get(key);
        if (before == null) {
            return run(key, work);
        }
        before.next = before.next == null ? Promise.promise() : before.next;
        return before.next.future();
    }

    private Future<T> run(K key, Supplier<Future<T>> work) {
        long start = System.nanoTime();
        running.put(key, new Running<>());
        // An exception of the work would leave its key behind for good.
        return Future.succeededFuture().compose(begun -> work.get()).onComplete(done -> loop.run(() -> {
            long pause = Math.min(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), maxPauseMillis);
            if (pause == 0) {
                runNext(key, work);
            } else {
                loop.after(pause, () -> runNext(key, work));
            }
        }));
    }

    private void runNext(K key, Supplier<Future<T>> work) {
        Promise<T> next = running.remove(key).next;
        if (next != null) {
            run(key, work).onComplete(next);
        }
    }
}
