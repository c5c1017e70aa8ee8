package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Delays between connection attempts. */
class BackoffTest {

    private static final int SAMPLES = 2_000;

    @ParameterizedTest(name = "try {0}: {1} to {2} ms")
    @CsvSource({ "1, 25, 100", "2, 50, 200", "3, 100, 400", "4, 200, 800", "5, 400, 1600", "6, 500, 2000", "11, 500, 2000",
            "12, 500, 2000", "100, 500, 2000" })
    void delays_double_up_to_two_seconds_and_are_a_quarter_of_that_at_least(int tries, long min, long max) {
        List<Long> delays = LongStream.range(0, SAMPLES).map(i -> delay(new Backoff(), tries)).boxed().toList();
        assertThat(delays).allMatch(delay -> delay >= min && delay <= max);
        long tenth = (max - min) / 10;
        assertThat(delays).as("short ones").anyMatch(delay -> delay <= min + tenth);
        assertThat(delays).as("long ones").anyMatch(delay -> delay >= max - tenth);
    }

    @Test
    void the_first_delay_is_short_again_after_a_success() {
        Backoff backoff = new Backoff();
        for (int i = 0; i < 50; i++) {
            delay(backoff, 10);
            backoff.reset();
            assertThat(backoff.nextMillis()).isLessThanOrEqualTo(100);
        }
    }

    private static long delay(Backoff backoff, int tries) {
        for (int i = 1; i < tries; i++) {
            backoff.nextMillis();
        }
        return backoff.nextMillis();
    }
}
