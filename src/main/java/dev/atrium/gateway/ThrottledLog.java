package dev.atrium.gateway;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Log of failures that clients can repeat with each request: some lines at once, and then one in ten seconds at most, with the
 * number of those that were left out since the line before. Any thread.
 */
public final class ThrottledLog {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Lines at once, where one failure could hide another. */
    private static final int SEVERAL = 10;

    /** Causes of a failure that are looked at. */
    private static final int MAX_DEPTH = 20;

    private final Logger log;
    private final long burstNanos;
    private final LongSupplier nanoTime;
    private final AtomicLong next;
    private final AtomicInteger leftOut = new AtomicInteger();

    /** A log of one kind of failure, of which one line at once is enough. */
    public ThrottledLog(Logger log) {
        this(log, 1, System::nanoTime);
    }

    /** A log of failures that differ: the first ten are logged at once. */
    public static ThrottledLog ofSeveral(Logger log) {
        return new ThrottledLog(log, SEVERAL, System::nanoTime);
    }

    /**
     * @param atOnce number of lines that are logged at once
     * @param nanoTime as {@link System#nanoTime}
     */
    ThrottledLog(Logger log, int atOnce, LongSupplier nanoTime) {
        this.log = log;
        this.burstNanos = (atOnce - 1) * PERIOD_NANOS;
        this.nanoTime = nanoTime;
        this.next = new AtomicLong(nanoTime.getAsLong());
    }

    /** Logs a line, or counts it. */
    public void warn(String line) {
        write(Logger.Level.WARN, line, null);
    }

    /** Logs a line with a stack trace, or counts it. */
    public void error(String line, Throwable failure) {
        if (Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(MAX_DEPTH)
                .anyMatch(OutOfMemoryError.class::isInstance)) {
            // What ends the process after one reads the log.
            log.error(line, failure);
        } else {
            write(Logger.Level.ERROR, line, failure);
        }
    }

    private void write(Logger.Level level, String line, Throwable failure) {
        long now = nanoTime.getAsLong();
        long due = next.getAndUpdate(each -> isLeftOut(each, now) ? each : now + Math.max(0, each - now) + PERIOD_NANOS);
        if (isLeftOut(due, now)) {
            leftOut.incrementAndGet();
            return;
        }
        int more = leftOut.getAndSet(0);
        log.log(level, more == 0 ? line : line + "; suppressed=" + more, failure);
    }

    private boolean isLeftOut(long due, long now) {
        return due - now > burstNanos;
    }
}
