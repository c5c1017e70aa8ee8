package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which clients are closed when all send queues together take too much. */
class SendQueueBudgetTest extends SessionFixture {

    @ParameterizedTest(name = "{0} of {1}: {2} have to be freed")
    @CsvSource({ "0, 1000, 0", "1000, 1000, 0", "1001, 1000, 251", "4000, 1000, 3250", "-1, 1000, 0" })
    void a_quarter_is_free_afterwards(long used, long limit, long excess) {
        assertThat(SendQueueBudget.excess(used, limit)).isEqualTo(excess);
    }

    @ParameterizedTest(name = "{0} bytes: the {1} slowest")
    @CsvSource({ "0, 0", "1, 1", "50, 1", "51, 2", "90, 2", "91, 3", "121, 4", "1000, 4" })
    void the_slowest_are_closed_first_and_no_more_than_needed(long excess, int count) {
        assertThat(SendQueueBudget.slowest(List.of(30, 50, 1, 40), Integer::longValue, excess))
                .isEqualTo(List.of(50, 40, 30, 1).subList(0, count));
    }

    /** Other event loops write meanwhile: a sort that read them again would end with an exception, and the watch with it. */
    @Test
    void each_queue_is_read_once() {
        Random random = new Random(1);
        Map<Integer, Integer> reads = new HashMap<>();
        List<Integer> all = IntStream.range(0, 5_000).boxed().toList();
        assertThat(SendQueueBudget.slowest(all, each -> {
            reads.merge(each, 1, Integer::sum);
            return random.nextInt(1_000);
        }, Long.MAX_VALUE)).hasSize(5_000);
        assertThat(reads.values()).containsOnly(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "9", "86" })
    void a_share_out_of_bounds_stops_the_start(String percent) {
        Sessions sessions = sessions("outbox.memory-percent", percent);
        assertThatThrownBy(() -> new SendQueueBudget(sessions)).isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.outbox.memory-percent: expected from 10 to 85, got " + percent);
    }

    /** The bytes of a client that is closed stay until its connection has ended, which takes some rounds. */
    @Test
    void clients_that_are_closed_already_count_until_their_bytes_are_gone() {
        Sessions sessions = sessions();
        SendQueueBudget budget = new SendQueueBudget(sessions);
        List<Connection> connections = IntStream.range(0, 10).mapToObj(i -> new Connection()).toList();
        connections.forEach(connection -> {
            connection.pending = 10_000_000;
            open(sessions, connection, new Reports());
        });
        long reserve = DirectMemory.max() / 100 * sessions.config().outbox().memoryPercent() / 4 * 3;
        long used = reserve * 4 / 3 + 10_000_000;
        int expected = (int) Math.ceil((used - reserve) / 10_000_000.0);
        for (int round = 0; round < 5; round++) {
            budget.check(used);
            turn();
        }
        assertThat(connections.stream().filter(connection -> !connection.closes.isEmpty()))
                .hasSize(Math.min(expected, 10));
    }

    @Test
    void the_default_is_within_the_bounds() {
        assertThat(new SendQueueBudget(sessions())).isNotNull();
    }
}
