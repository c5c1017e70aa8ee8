package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.it.fixture.CapturedLog;
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

    private Connection behind(Sessions sessions, long pending) {
        Connection connection = new Connection();
        connection.pending = pending;
        open(sessions, connection, new Reports());
        return connection;
    }

    private void check(SendQueueBudget budget, long used) {
        budget.check(used);
        turn();
    }

    @Test
    void within_the_budget_nobody_is_closed() {
        Sessions sessions = sessions();
        Connection slow = behind(sessions, 900_000);
        check(new SendQueueBudget(sessions, 1_000_000), 1_000_000);
        assertThat(slow.closes).isEmpty();
    }

    @Test
    void beyond_it_the_slowest_are_closed_until_a_quarter_is_free() {
        Sessions sessions = sessions();
        Connection slower = behind(sessions, 200_000);
        Connection slowest = behind(sessions, 300_000);
        Connection slow = behind(sessions, 100_000);
        try (CapturedLog log = new CapturedLog(SendQueueBudget.class.getName())) {
            check(new SendQueueBudget(sessions, 1_000_000), 1_100_000);
            assertThat(log.lines())
                    .containsExactly("All send queues together take too much memory; the 2 slowest clients are closed");
        }
        assertThat(slowest.closes).hasSize(1);
        assertThat(slower.closes).hasSize(1);
        assertThat(slow.closes).isEmpty();
    }

    @Test
    void clients_that_are_hardly_behind_are_not_closed() {
        Sessions sessions = sessions();
        Connection little = behind(sessions, 64 * 1024);
        Connection more = behind(sessions, 64 * 1024 + 1);
        check(new SendQueueBudget(sessions, 1_000_000), 9_000_000);
        assertThat(little.closes).isEmpty();
        assertThat(more.closes).hasSize(1);
    }

    /** The bytes of a client that is closed stay until its connection has ended, which takes some checks. */
    @Test
    void clients_that_are_closed_count_as_freed_for_five_checks() {
        Sessions sessions = sessions();
        Connection slowest = new Connection();
        slowest.pending = 300_000;
        Session closed = open(sessions, slowest, new Reports());
        Connection slow = behind(sessions, 200_000);
        SendQueueBudget budget = new SendQueueBudget(sessions, 1_000_000);
        check(budget, 1_040_000);
        assertThat(slowest.closes).hasSize(1);
        sessions.remove(closed);
        for (int i = 0; i < 5; i++) {
            check(budget, 1_040_000);
            assertThat(slow.closes).isEmpty();
        }
        check(budget, 1_040_000);
        assertThat(slow.closes).hasSize(1);
    }

    @Test
    void a_closed_client_whose_bytes_are_gone_does_not_count_as_freed() {
        Sessions sessions = sessions();
        Connection slowest = behind(sessions, 300_000);
        Connection slow = behind(sessions, 200_000);
        SendQueueBudget budget = new SendQueueBudget(sessions, 1_000_000);
        check(budget, 1_040_000);
        slowest.pending = 0;
        check(budget, 1_040_000);
        assertThat(slow.closes).hasSize(1);
    }

    @Test
    void the_default_is_within_the_bounds() {
        assertThat(new SendQueueBudget(sessions())).isNotNull();
    }
}
