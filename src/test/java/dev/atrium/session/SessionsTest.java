package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.Sender;
import dev.atrium.room.SessionId;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sessions of a replica, and their settings. */
class SessionsTest extends SessionFixture {

    private final Sessions sessions = sessions();
    private final Connection connection = new Connection();
    private final Reports reports = new Reports();

    @ParameterizedTest(name = "{0}={1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            heartbeat.interval        | 49ms       | expected a duration from 50ms to 1d, got 49ms
            heartbeat.interval        | 25h        | expected a duration from 50ms to 1d, got 90000s
            heartbeat.timeout         | 49ms       | expected a duration from 50ms to 1d, got 49ms
            heartbeat.timeout         | 25h        | expected a duration from 50ms to 1d, got 90000s
            outbox.limit              | 1023       | expected from 1024 to 1073741824, got 1023
            outbox.limit              | 1073741825 | expected from 1024 to 1073741824, got 1073741825
            connection.max-age        | 999ms      | expected 0s, or a duration from 1s
            connection.max-age        | 366d       | expected a duration from 0ms to 365d, got 366d
            connection.max-age-jitter | -1         | expected from 0 to 100, got -1
            connection.max-age-jitter | 101        | expected from 0 to 100, got 101
            """)
    void a_setting_out_of_bounds_stops_the_start(String setting, String value, String message) {
        assertThatThrownBy(() -> sessions(setting, value)).isInstanceOf(ConfigurationException.class)
                .hasMessage("atrium." + setting + ": " + message);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "heartbeat.interval, 50ms", "heartbeat.timeout, 50ms", "heartbeat.interval, 1d", "outbox.limit, 1K",
            "outbox.limit, 1G",
            "connection.max-age, 0s", "connection.max-age, 1s", "connection.max-age, 365d", "connection.max-age-jitter, 0",
            "connection.max-age-jitter, 100",
    })
    void the_bounds_are_accepted(String setting, String value) {
        assertThatCode(() -> sessions(setting, value)).doesNotThrowAnyException();
    }

    @Test
    void work_that_comes_from_another_thread_has_its_turn_on_the_event_loop() {
        DefaultEventLoop loop = new DefaultEventLoop();
        try {
            assertThat(sessions.inTurn(loop, () -> Uni.createFrom().item(loop::inEventLoop)).await()
                    .atMost(Duration.ofSeconds(10))).isTrue();
        } finally {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
    }

    @Test
    void an_open_session_is_found_by_its_id_which_names_the_replica() {
        Session session = open(sessions, connection, reports);
        assertThat(SessionId.isSessionId(session.id())).isTrue();
        assertThat(SessionId.node(session.id())).isEqualTo("node01");
        assertThat(sessions.find(session.id())).isSameAs(session);
        assertThat(sessions.all()).containsExactly(session);
        assertThat(sessions.find("~node01aaaaaaaaaaaaaa")).isNull();
        assertThatThrownBy(() -> sessions.all().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void a_connection_counts_until_it_is_gone_which_is_after_its_session() {
        Session session = open(sessions, connection, reports);
        open(sessions, new Connection(), reports);
        assertThat(sessions.connections()).isEqualTo(2);
        session.close(CloseReason.NORMAL);
        sessions.remove(session);
        assertThat(sessions.all()).hasSize(1).doesNotContain(session);
        assertThat(sessions.connections()).isEqualTo(2);
        sessions.disconnected();
        assertThat(sessions.connections()).isOne();
    }

    @Test
    void a_resumed_session_has_the_id_of_the_earlier_one() {
        Session session = open(sessions, connection, reports);
        String id = session.id();
        Sender former = new Sender("~node01bbbbbbbbbbbbbb", "ann");
        sessions.rename(session, former);
        assertThat(session.self()).isEqualTo(former);
        assertThat(sessions.find(id)).isNull();
        assertThat(sessions.find(former.id())).isSameAs(session);
        assertThat(sessions.connections()).isOne();
    }

    @Test
    void removing_a_session_leaves_the_one_that_has_its_id_now() {
        Session former = open(sessions, connection, reports);
        Session now = open(sessions, new Connection(), reports);
        sessions.rename(now, former.self());
        sessions.remove(former);
        assertThat(sessions.find(now.id())).isSameAs(now);
    }

    @Test
    void of_sessions_that_take_one_id_the_one_that_stays_open_is_found_whatever_the_order_of_the_ends() {
        Sender former = new Sender("~node01bbbbbbbbbbbbbb", "ann");
        Session winner = open(sessions, connection, reports);
        Session first = open(sessions, new Connection(), reports);
        Session second = open(sessions, new Connection(), reports);
        sessions.rename(winner, former);
        sessions.rename(first, former);
        sessions.rename(second, former);
        first.close(CloseReason.RESUMED);
        sessions.remove(first);
        assertThat(sessions.find(former.id())).isSameAs(second);
        second.closed(CloseReason.CONNECTION_LOST);
        sessions.remove(second);
        assertThat(sessions.find(former.id())).isSameAs(winner);
        assertThat(sessions.all()).contains(winner);
    }

    @Test
    void the_session_that_keeps_the_id_ends_the_other_one() {
        Sender former = new Sender("~node01bbbbbbbbbbbbbb", "ann");
        Session loser = open(sessions, connection, reports);
        Session winner = open(sessions, new Connection(), reports);
        sessions.rename(loser, former);
        sessions.rename(winner, former);
        sessions.endRival(winner);
        turn();
        assertThat(connection.closes).containsExactly("RESUMED: resumed on another connection");
        assertThat(winner.isOpen()).isTrue();
    }

    @Test
    void each_event_loop_has_one_delivery_loop_of_its_own() {
        assertThat(sessions.deliveryLoop(eventLoop)).isSameAs(sessions.deliveryLoop(eventLoop));
        assertThat(sessions.deliveryLoop(eventLoop)).isNotSameAs(sessions.deliveryLoop(new EmbeddedChannel().eventLoop()));
    }

    @Test
    void new_connections_of_all_event_loops_are_counted() {
        sessions.inTurn(eventLoop, () -> Uni.createFrom().nothing()).subscribe().with(item -> {
        });
        sessions.inTurn(new EmbeddedChannel().eventLoop(), () -> Uni.createFrom().nothing()).subscribe().with(item -> {
        });
        assertThat(sessions.newConnections()).isEqualTo(2);
        CompletableFuture<String> third = sessions.inTurn(eventLoop, () -> Uni.createFrom().item("done"))
                .subscribeAsCompletionStage();
        // At once, or after a pause: the slice of time of this event loop may be over.
        pass(1);
        assertThat(third).isCompletedWithValue("done");
        assertThat(sessions.newConnections()).isEqualTo(2);
    }

    @Test
    void the_limit_of_a_send_queue_is_a_setting() {
        assertThat(sessions.sendQueueLimit()).isEqualTo(4L << 20);
        assertThat(sessions("outbox.limit", "64K").sendQueueLimit()).isEqualTo(65_536);
    }

    @Test
    void a_session_is_watched_from_its_opening() {
        open(sessions("heartbeat.interval", "50ms"), connection, reports);
        long end = System.nanoTime() + 10_000_000_000L;
        while (connection.pings == 0 && System.nanoTime() < end) {
            turn();
            Thread.onSpinWait();
        }
        assertThat(connection.pings).isOne();
    }
}
