package dev.atrium.session;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Lag of one event loop, measured as the delay of a periodic timer. */
final class LoopLag {

    private static final long PERIOD_MILLIS = 100;
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);

    private final LongSupplier nanoTime;
    private volatile long due;
    private volatile long last;
    private volatile long previous;
    private volatile Future<?> timer;

    LoopLag(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Starts the measurement. Any thread. */
    void watch(EventExecutor eventLoop) {
        due = nanoTime.getAsLong() + PERIOD;
        timer = eventLoop.scheduleWithFixedDelay(this::measure, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Ends the measurement. Any thread. */
    void stop() {
        timer.cancel(false);
    }

    private void measure() {
        long now = nanoTime.getAsLong();
        previous = last;
        last = Math.max(0, now - due);
        due = now + PERIOD;
    }

    /** Returns the lag in nanoseconds, including that of a task that blocks the loop at the moment. Any thread. */
    long nanos() {
        return Math.max(last, nanoTime.getAsLong() - due);
    }

    /** Returns how long a task has been blocking the loop at the moment, in nanoseconds. Any thread. */
    long blockedNanos() {
        return Math.max(0, nanoTime.getAsLong() - due);
    }

    /** Returns whether the lag was above the threshold twice in a row: once may be a garbage collection. Any thread. */
    boolean isLasting(long nanos) {
        return last > nanos && (previous > nanos || nanoTime.getAsLong() - due > nanos);
    }
}
