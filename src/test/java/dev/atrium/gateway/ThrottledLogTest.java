package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.CapturedLog;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

class ThrottledLogTest {

    private static final String CATEGORY = ThrottledLogTest.class.getName();

    @Test
    void a_failure_that_is_repeated_is_a_line_in_ten_seconds() {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
        ThrottledLog throttled = new ThrottledLog(Logger.getLogger(CATEGORY), 1, now::get);
        try (CapturedLog log = new CapturedLog(CATEGORY)) {
            for (int i = 0; i < 100; i++) {
                throttled.warn("no room, 100% full");
            }
            now.addAndGet(TimeUnit.SECONDS.toNanos(10) - 1);
            throttled.warn("no room");
            assertThat(log.lines()).containsExactly("no room, 100% full");
            now.incrementAndGet();
            throttled.warn("no room");
            now.addAndGet(TimeUnit.HOURS.toNanos(1));
            throttled.warn("no room");
            assertThat(log.lines()).containsExactly("no room, 100% full", "no room; suppressed=100", "no room");
        }
    }

    @Test
    void failures_that_differ_are_some_lines_at_once_and_then_one_in_ten_seconds() {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
        ThrottledLog throttled = new ThrottledLog(Logger.getLogger(CATEGORY), 3, now::get);
        try (CapturedLog log = new CapturedLog(CATEGORY)) {
            for (int i = 1; i <= 5; i++) {
                throttled.error("failure " + i, new IllegalStateException());
            }
            now.addAndGet(TimeUnit.SECONDS.toNanos(10));
            for (int i = 6; i <= 8; i++) {
                throttled.error("failure " + i, new IllegalStateException());
            }
            assertThat(log.lines()).containsExactly("failure 1", "failure 2", "failure 3", "failure 6; suppressed=2");
            now.addAndGet(TimeUnit.HOURS.toNanos(1));
            for (int i = 1; i <= 4; i++) {
                throttled.error("later " + i, new IllegalStateException());
            }
            assertThat(log.lines()).endsWith("later 1; suppressed=2", "later 2", "later 3");
            throttled.error("no memory", new IllegalStateException(new OutOfMemoryError()));
            assertThat(log.lines()).as("what ends the process reads the log").endsWith("no memory");
        }
    }
}
