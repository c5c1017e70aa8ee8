package dev.atrium.transport.admission;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Deadline of a request's body: passes if there is too little progress in its time. On the connection's event loop. */
final class BodyDeadline {

    private final EventExecutor loop;
    private final SlowRequests limits;
    private final LongSupplier received;
    private final BooleanSupplier isExcused;
    private final Runnable passed;
    private ScheduledFuture<?> timer;
    private long receivedBefore;

    /**
     * @param received bytes that have been received by now
     * @param isExcused whether the client is not to blame for a body that makes no progress
     * @param passed called when the deadline has passed
     */
    BodyDeadline(EventExecutor loop, SlowRequests limits, LongSupplier received, BooleanSupplier isExcused, Runnable passed) {
        this.loop = loop;
        this.limits = limits;
        this.received = received;
        this.isExcused = isExcused;
        this.passed = passed;
    }

    /** Counts the progress of another body from here. */
    void reset() {
        receivedBefore = received.getAsLong();
    }

    /** Begins, unless it has. */
    void start() {
        if (timer == null && limits.bodyMillis() > 0) {
            schedule();
        }
    }

    /** Gives the body its whole time again: from now on its client can send it, and the next check may be due at once. */
    void restart() {
        if (timer != null) {
            end();
            reset();
            schedule();
        }
    }

    void end() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void schedule() {
        timer = loop.schedule(this::check, limits.bodyMillis(), TimeUnit.MILLISECONDS);
    }

    private void check() {
        timer = null;
        boolean progressed = received.getAsLong() - receivedBefore >= limits.bodyBytes();
        reset();
        if (progressed || isExcused.getAsBoolean()) {
            schedule();
        } else {
            passed.run();
        }
    }
}
