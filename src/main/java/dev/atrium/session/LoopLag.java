package dev.atrium.session;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;

/** How late one event loop comes to what is due: a timer, whose lateness is looked at. */
final class LoopLag {

    private static final long PERIOD_MILLIS = 100;
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);

    private volatile long due;
    private volatile long last;
    private volatile long before;

    /** Begins to look. Any thread. */
    void watch(EventExecutor eventLoop) {
        due = System.nanoTime() + PERIOD;
        eventLoop.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long now = System.nanoTime();
        before = last;
        last = Math.max(0, now - due);
        due = now + PERIOD;
    }

    /** In nanoseconds, also of one that is stuck just now. Any thread. */
    long nanos() {
        return Math.max(last, System.nanoTime() - due);
    }

    /** Whether it was later than that twice in a row: once is a pause of the garbage collector's. Any thread. */
    boolean isLasting(long nanos) {
        return last > nanos && (before > nanos || System.nanoTime() - due > nanos);
    }
}
