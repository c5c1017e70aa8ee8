package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How often everything is written again while writes fail. */
class RepublishPaceTest {

    private final RepublishPace pace = new RepublishPace();

    @Test
    void what_is_refused_for_good_is_written_again_more_and_more_seldom() {
        assertThat(due(130)).containsExactly(0, 1, 3, 7, 15, 31, 63, 95, 127);
    }

    @Test
    void once_everything_is_written_the_next_failure_is_repaired_at_once() {
        due(10);
        IntStream.range(0, 32).forEach(i -> pace.isDue(false));
        assertThat(due(3)).containsExactly(0, 1);
    }

    /** Heartbeats with which everything is written again, of so many after each of which a write has failed. */
    private List<Integer> due(int heartbeats) {
        return IntStream.range(0, heartbeats).filter(i -> pace.isDue(true)).boxed().toList();
    }
}
