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
        ThrottledLog throttled = new ThrottledLog(Logger.getLogger(CATEGORY), now::get);
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
}
