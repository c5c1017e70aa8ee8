package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many new connections are read for the first time in a turn, and in which order. */
class FirstReadsTest extends SessionFixture {

    private static final int PER_TURN = FirstReads.PER_TURN;

    private final Sessions sessions = sessions("heartbeat.interval", "1d");
    private final AtomicLong now = new AtomicLong();
    private final RecentDeliveries deliveries = new RecentDeliveries(sessions.deliveryLoop(eventLoop), now::get);
    private final FirstReads reads = new FirstReads(eventLoop, deliveries);
    private final List<Integer> begun = new ArrayList<>();

    /** On a slow machine the next turn would come within the one that a test looks at. */
    @BeforeEach
    void freezeTime() {
        channel.freezeTime();
    }

    private void begin(int from, int to) {
        IntStream.range(from, to).forEach(name -> reads.begin(() -> begun.add(name)));
    }

    private static List<Integer> numbers(int to) {
        return IntStream.range(0, to).boxed().toList();
    }

    @Test
    void all_are_read_at_once_while_rooms_deliver_nothing() {
        begin(0, 1_000);
        assertThat(begun).isEqualTo(numbers(1_000));
    }

    @Test
    void while_rooms_deliver_they_are_read_in_turns_and_in_their_order() {
        deliverOneMessage(sessions);
        begin(0, 2 * PER_TURN + 1);
        assertThat(begun).isEqualTo(numbers(PER_TURN));
        pass(1);
        assertThat(begun).isEqualTo(numbers(2 * PER_TURN));
        pass(1);
        assertThat(begun).isEqualTo(numbers(2 * PER_TURN + 1));
    }

    @Test
    void a_connection_that_comes_while_others_wait_is_read_after_them() {
        deliverOneMessage(sessions);
        begin(0, 2 * PER_TURN + 1);
        pass(1);
        begin(2 * PER_TURN + 1, 2 * PER_TURN + 2);
        assertThat(begun).isEqualTo(numbers(2 * PER_TURN));
        pass(1);
        assertThat(begun).isEqualTo(numbers(2 * PER_TURN + 2));
    }

    @Test
    void those_that_wait_are_read_at_once_when_rooms_deliver_nothing_any_more() {
        deliverOneMessage(sessions);
        begin(0, 5 * PER_TURN);
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
        pass(1);
        assertThat(begun).isEqualTo(numbers(5 * PER_TURN));
    }

    @Test
    void a_turn_later_the_next_ones_are_read_at_once_again() {
        deliverOneMessage(sessions);
        begin(0, PER_TURN);
        pass(1);
        begin(PER_TURN, PER_TURN + 3);
        assertThat(begun).isEqualTo(numbers(PER_TURN + 3));
    }
}
