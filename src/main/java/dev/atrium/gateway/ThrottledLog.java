package dev.atrium.gateway;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Log of failures that clients can repeat with each request: one line in ten seconds at most, with the number of those that
 * were left out since the line before. Any thread.
 */
public final class ThrottledLog {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final LongSupplier nanoTime;
    private final AtomicLong next;
    private final AtomicInteger leftOut = new AtomicInteger();

    public ThrottledLog(Logger log) {
        this(log, System::nanoTime);
    }

    /** @param nanoTime as {@link System#nanoTime} */
    ThrottledLog(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
        this.next = new AtomicLong(nanoTime.getAsLong());
    }

    /** Logs a line, or counts it. */
    public void warn(String line) {
        long now = nanoTime.getAsLong();
        long due = next.get();
        if (now - due < 0 || !next.compareAndSet(due, now + PERIOD_NANOS)) {
            leftOut.incrementAndGet();
            return;
        }
        int more = leftOut.getAndSet(0);
        log.warn(more == 0 ? line : line + "; suppressed=" + more);
    }
}
