package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The end of a process that does not end by itself. */
class LastResortTest {

    private final List<Integer> halted = new CopyOnWriteArrayList<>();

    @Test
    void it_halts_some_time_after_the_shutdown_has_begun_and_not_before() {
        LastResort lastResort = new LastResort(Duration.ofMillis(200), halted::add);
        lastResort.start();
        Awaitility.await().pollDelay(Duration.ofMillis(400)).until(() -> true);
        assertThat(halted).isEmpty();
        lastResort.begin();
        Awaitility.await().until(() -> halted.equals(List.of(1)));
    }
}
