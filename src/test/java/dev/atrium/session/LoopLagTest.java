package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Measurement of the lag of an event loop, with a clock of the test. */
class LoopLagTest {

    private static final int PERIOD = 100;

    private final AtomicLong now = new AtomicLong(-5_000_000_000L);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final LoopLag lag = new LoopLag(now::get);

    @BeforeEach
    void watch() {
        channel.freezeTime();
        lag.watch(channel.eventLoop());
    }

    private void pass(long millis) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** The loop runs its timer, so many milliseconds after it was due. */
    private void runLate(long millis) {
        pass(PERIOD + millis);
        runTimer();
    }

    private void runTimer() {
        channel.advanceTimeBy(PERIOD, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void a_loop_is_not_late_before_its_first_measurement_is_due() {
        pass(PERIOD);
        assertThat(lag.nanos()).isZero();
        assertThat(lag.blockedNanos()).isZero();
        pass(1);
        assertThat(lag.nanos()).isEqualTo(nanos(1));
        assertThat(lag.blockedNanos()).isEqualTo(nanos(1));
    }

    @Test
    void a_loop_that_is_in_time_has_no_lag() {
        for (int i = 0; i < 10; i++) {
            runLate(0);
            assertThat(lag.nanos()).isZero();
            assertThat(lag.isLasting(0)).isFalse();
        }
    }

    @Test
    void a_pause_is_measured_while_it_lasts_and_until_the_next_measurement() {
        pass(PERIOD + 600);
        assertThat(lag.nanos()).isEqualTo(nanos(600));
        assertThat(lag.blockedNanos()).isEqualTo(nanos(600));
        runTimer();
        assertThat(lag.nanos()).isEqualTo(nanos(600));
        assertThat(lag.blockedNanos()).as("it runs again").isZero();
        runLate(0);
        assertThat(lag.nanos()).isZero();
    }

    @ParameterizedTest(name = "late by {0} and {1} ms, and {2} ms overdue: above 300 ms for long: {3}")
    @CsvSource({ "301, 301, 0, true", "300, 301, 0, false", "301, 300, 0, false", "0, 301, 301, true", "0, 301, 300, false",
            "0, 0, 5000, false", "301, 0, 301, false", "5000, 0, 0, false" })
    void a_lag_is_lasting_if_it_was_above_the_threshold_twice_in_a_row(long previous, long last, long overdue,
            boolean lasting) {
        runLate(previous);
        runLate(last);
        pass(PERIOD + overdue);
        assertThat(lag.isLasting(nanos(300))).isEqualTo(lasting);
    }

    @Test
    void after_the_end_nothing_is_measured() {
        runLate(50);
        lag.stop();
        runLate(70);
        runLate(70);
        assertThat(lag.isLasting(nanos(60))).isFalse();
    }
}
