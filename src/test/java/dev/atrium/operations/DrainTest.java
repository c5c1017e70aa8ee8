package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.Session;
import dev.atrium.session.SessionFixture;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import io.netty.channel.DefaultEventLoop;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rate at which a drain closes clients. */
class DrainTest extends SessionFixture {

    private static final Duration HOUR = Duration.ofHours(1);

    private record Settings(Duration delay, Duration window, Duration grace, Optional<String> key) implements DrainConfig {
    }

    private final Sessions sessions = sessions();
    private final DefaultEventLoop ownLoop = new DefaultEventLoop();
    private final List<Connection> connections = new ArrayList<>();

    @AfterEach
    void stop() {
        ownLoop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    private Drain drain(Duration window) {
        return new Drain(sessions, new Settings(Duration.ZERO, window, Duration.ZERO, Optional.empty()));
    }

    /** Opens sessions on a loop with a thread of its own, because a drain closes them from its own thread. */
    private void connect(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            Connection connection = new Connection();
            connections.add(connection);
            SessionRequest request = new SessionRequest(ANONYMOUS, ownLoop, "/", Transport.SESSION, connection, new Text());
            ownLoop.submit(() -> sessions.open(request, null, new Reports())).get();
        }
    }

    private List<String> closes() throws Exception {
        return ownLoop.submit(() -> connections.stream().flatMap(connection -> connection.closes.stream()).toList()).get();
    }

    @ParameterizedTest(name = "{0} s, {1} s, {2} s")
    @CsvSource({ "-1, 0, 0, delay", "3601, 0, 0, delay", "0, -1, 0, window", "0, 3601, 0, window", "0, 0, -1, grace",
            "0, 0, 3601, grace" })
    void a_setting_out_of_bounds_stops_the_start(long delay, long window, long grace, String setting) {
        Settings settings = new Settings(Duration.ofSeconds(delay), Duration.ofSeconds(window), Duration.ofSeconds(grace),
                Optional.empty());
        assertThatThrownBy(() -> new Drain(sessions, settings)).isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium.drain." + setting + ": expected a duration from 0ms to 3600s, got "
                        + (delay + window + grace) + "s");
    }

    @Test
    void clients_are_closed_no_faster_than_at_an_even_rate() {
        Duration window = Duration.ofMillis(600);
        List<Long> times = new ArrayList<>();
        long start = System.nanoTime();
        drain(HOUR).closePaced(
                IntStream.range(0, 12).<Runnable> mapToObj(i -> () -> times.add(System.nanoTime() - start)).toList(),
                window);
        assertThat(times).hasSize(12);
        for (int closed = 1; closed <= 12; closed++) {
            // Of n clients ceil(n * (t + step) / window) may have been closed at t.
            long earliest = Duration.ofMillis(50L * (closed - 1) - 100).toNanos();
            assertThat(times.get(closed - 1)).as("client %d of 12", closed).isGreaterThanOrEqualTo(earliest);
        }
        assertThat(times.get(11)).isGreaterThan(Duration.ofMillis(400).toNanos());
    }

    @Test
    void the_first_client_is_closed_at_once_however_long_the_window() {
        Drain drain = drain(HOUR);
        List<Integer> closed = new CopyOnWriteArrayList<>();
        Thread draining = new Thread(
                () -> drain.closePaced(IntStream.range(0, 3).<Runnable> mapToObj(i -> () -> closed.add(i)).toList(), HOUR));
        draining.start();
        await().until(() -> drain.closed() == 1);
        assertThat(closed).hasSize(1);
        assertThat(drain.remaining()).isEqualTo(2);
        drain.expedite();
        await().until(() -> !draining.isAlive());
        assertThat(closed).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(drain.remaining()).isZero();
        assertThat(drain.closed()).isEqualTo(3);
    }

    @Test
    void a_single_client_is_closed_at_once_and_an_empty_drain_ends_at_once() {
        Drain drain = drain(HOUR);
        List<String> closed = new ArrayList<>();
        drain.closePaced(List.of(() -> closed.add("only")), HOUR);
        drain.closePaced(List.of(), HOUR);
        assertThat(closed).containsExactly("only");
    }

    @Test
    void without_a_window_all_are_closed_at_once_in_random_order() {
        List<Integer> closed = new ArrayList<>();
        drain(HOUR).closePaced(IntStream.range(0, 1000).<Runnable> mapToObj(i -> () -> closed.add(i)).toList(), Duration.ZERO);
        assertThat(closed).hasSize(1000).doesNotHaveDuplicates().isNotEqualTo(IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void a_pause_ends_after_its_time_or_when_the_drain_is_expedited() {
        Drain drain = drain(HOUR);
        long start = System.nanoTime();
        assertThat(drain.await(Duration.ofMillis(30))).isFalse();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Duration.ofMillis(30).toNanos());
        drain.expedite();
        assertThat(drain.await(HOUR)).isTrue();
    }

    @Test
    void a_pause_that_is_interrupted_ends_and_leaves_the_thread_interrupted() {
        Thread.currentThread().interrupt();
        assertThat(drain(HOUR).await(HOUR)).isTrue();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void the_requested_number_of_sessions_is_closed() throws Exception {
        connect(5);
        Drain drain = drain(Duration.ZERO);
        assertThat(drain.rebalance(3)).isEqualTo(3);
        await().until(() -> drain.closed() == 3);
        assertThat(closes()).hasSize(3).containsOnly("REBALANCED: connect again, to whatever replica there is");
        assertThat(drain.remaining()).isZero();
    }

    @Test
    void at_most_all_sessions_are_closed_and_another_drain_can_follow() throws Exception {
        connect(2);
        Drain drain = drain(Duration.ZERO);
        assertThat(drain.rebalance(100)).isEqualTo(2);
        await().until(() -> drain.closed() == 2);
        await().ignoreExceptionsInstanceOf(ErrorReply.class).until(() -> drain.rebalance(1) == 1);
        await().until(() -> drain.closed() == 3);
    }

    @Test
    void a_second_drain_is_rejected_until_the_end_of_the_first() throws Exception {
        connect(4);
        Drain drain = drain(HOUR);
        assertThat(drain.rebalance(3)).isEqualTo(3);
        await().until(() -> drain.closed() == 1);
        assertThatThrownBy(() -> drain.rebalance(1))
                .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(409))
                .hasMessage("sessions: a drain is in progress; 2 clients are still to be closed");
        drain.expedite();
        await().until(() -> drain.remaining() == 0);
        assertThat(closes()).hasSize(3);
        assertThatThrownBy(() -> drain.rebalance(1)).isInstanceOf(ErrorReply.class);
    }

    @Test
    void a_late_session_is_closed_and_counted() {
        Connection connection = new Connection();
        Session session = open(sessions, connection, new Reports());
        Drain drain = drain(HOUR);
        drain.closeLate(session);
        turn();
        assertThat(connection.closes).containsExactly("GOING_AWAY: the replica is going away");
        assertThat(drain.closed()).isOne();
    }

    @Test
    void forced_connections_are_counted() {
        Drain drain = drain(HOUR);
        drain.countForced(3);
        drain.countForced(4);
        assertThat(drain.forced()).isEqualTo(7);
    }
}
