package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.DeliveryLoop;
import dev.atrium.room.Sender;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pings, timeouts and maximum age of sessions. */
class HeartbeatTest extends SessionFixture {

    private static final Duration SHORT = Duration.ofMillis(40);
    private static final Duration LONG = Duration.ofHours(1);
    private static final MaxConnectionAge ANY_AGE = new MaxConnectionAge(0, 0);

    private final Connection connection = new Connection();
    private final Reports reports = new Reports();

    private Heartbeat heartbeat(Duration interval, Duration timeout, MaxConnectionAge age) {
        return new Heartbeat(eventLoop, interval, timeout, age);
    }

    private Session watched(Heartbeat heartbeat, Connection client, Reports listener) {
        SessionLoop loop = new SessionLoop(eventLoop, new DeliveryLoop(eventLoop, () -> true, () -> false), heartbeat, null,
                null, null);
        Session session = new Session(new Sender("~id", null), request(client), null, loop, listener);
        session.watch();
        return session;
    }

    /** Turns the loop on the thread of the test, which is the only one. */
    private void turnUntil(Callable<Boolean> condition) {
        await().until(() -> {
            turn();
            return condition.call();
        });
    }

    private void turnFor(Duration time, Runnable each) {
        long end = System.nanoTime() + time.toNanos();
        await().until(() -> {
            each.run();
            turn();
            return System.nanoTime() > end;
        });
    }

    private static ConditionFactory await() {
        return Awaitility.await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(20));
    }

    @Test
    void a_new_client_is_pinged_once_until_it_sends_something() {
        Session session = watched(heartbeat(SHORT, LONG, ANY_AGE), connection, reports);
        turnUntil(() -> connection.pings == 1);
        turnFor(Duration.ofMillis(200), () -> {
        });
        assertThat(connection.pings).isOne();
        assertThat(session.isOpen()).isTrue();
        assertThat(reports.log).isEmpty();
    }

    @Test
    void a_client_that_replies_to_each_ping_is_pinged_every_interval_and_not_closed() {
        int[] received = new int[1];
        Session session = watched(heartbeat(SHORT, LONG, ANY_AGE), connection, reports);
        long start = System.nanoTime();
        turnUntil(() -> {
            if (connection.pings > received[0]) {
                received[0] = connection.pings;
                session.received();
            }
            return connection.pings == 4;
        });
        assertThat(System.nanoTime() - start).isGreaterThan(2 * SHORT.toNanos());
        assertThat(reports.log).isEmpty();
    }

    @Test
    void a_client_that_sends_all_the_time_is_pinged_once_at_the_start() {
        Session session = watched(heartbeat(Duration.ofMillis(400), LONG, ANY_AGE), connection, reports);
        turnFor(Duration.ofMillis(1400), session::received);
        assertThat(connection.pings).isOne();
    }

    @Test
    void a_silent_client_is_closed_after_interval_and_timeout_and_not_before() {
        long start = System.nanoTime();
        Session session = watched(heartbeat(SHORT, Duration.ofMillis(120), ANY_AGE), connection, reports);
        turnUntil(() -> !session.isOpen());
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Duration.ofMillis(160).toNanos());
        assertThat(reports.log).containsExactly("missed", "closed HEARTBEAT_TIMEOUT");
        assertThat(connection.closes).containsExactly("HEARTBEAT_TIMEOUT: heartbeat timeout");
    }

    @ParameterizedTest(name = "silent for {0} s of an hour and an interval: open {1}")
    @CsvSource({ "3599, true", "3601, false" })
    void silence_is_counted_from_the_last_received_traffic(long seconds, boolean open) {
        Session session = watched(heartbeat(SHORT, LONG, ANY_AGE), connection, reports);
        session.beat.lastReceived = System.nanoTime() - Duration.ofSeconds(seconds).toNanos();
        session.beat.pinged = session.beat.lastReceived;
        turnFor(Duration.ofMillis(100), () -> {
        });
        assertThat(session.isOpen()).isEqualTo(open);
        assertThat(connection.pings).isZero();
    }

    @Test
    void a_client_is_not_closed_for_a_silence_in_which_this_process_slept_and_sent_no_ping() {
        Session session = watched(heartbeat(SHORT, LONG, ANY_AGE), connection, reports);
        session.beat.lastReceived = System.nanoTime() - 2 * LONG.toNanos();
        session.beat.pinged = session.beat.lastReceived - 1;
        turnUntil(() -> connection.pings + reports.log.size() > 0);
        assertThat(session.isOpen()).isTrue();
        assertThat(connection.pings).isEqualTo(1);
    }

    @Test
    void a_client_that_is_not_read_does_not_time_out() {
        Session session = watched(heartbeat(SHORT, SHORT, ANY_AGE), connection, reports);
        session.readingPaused(true);
        session.beat.lastReceived = System.nanoTime() - LONG.toNanos();
        turnFor(Duration.ofMillis(200), () -> {
        });
        assertThat(session.isOpen()).isTrue();
        assertThat(connection.pings).isZero();
        session.readingPaused(false);
        turnUntil(() -> connection.pings == 1);
        turnUntil(() -> !session.isOpen());
        assertThat(reports.log).containsExactly("missed", "closed HEARTBEAT_TIMEOUT");
    }

    @Test
    void a_connection_is_closed_at_its_maximum_age_however_much_its_client_sends() {
        long start = System.nanoTime();
        Session session = watched(heartbeat(LONG, LONG, new MaxConnectionAge(Duration.ofMillis(100).toNanos(), 0)), connection,
                reports);
        turnUntil(() -> {
            session.received();
            return !session.isOpen();
        });
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Duration.ofMillis(100).toNanos());
        assertThat(connection.closes).containsExactly("REBALANCED: connect again, to whatever replica there is");
        assertThat(reports.log).containsExactly("closed REBALANCED");
    }

    @Test
    void first_pings_are_spread_over_the_interval() {
        Heartbeat heartbeat = heartbeat(Duration.ofMillis(400), LONG, ANY_AGE);
        List<Connection> clients = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            clients.add(new Connection());
            watched(heartbeat, clients.get(i), reports);
        }
        Set<Long> counts = new HashSet<>();
        turnUntil(() -> {
            long pinged = clients.stream().filter(client -> client.pings > 0).count();
            counts.add(pinged);
            return pinged == clients.size();
        });
        assertThat(counts).hasSizeGreaterThan(2);
        assertThat(clients).allMatch(client -> client.pings == 1);
    }

    @Test
    void an_ended_session_is_unwatched_and_others_of_the_same_step_are_not() {
        Heartbeat heartbeat = heartbeat(Duration.ofNanos(1), LONG, ANY_AGE);
        List<Connection> clients = new ArrayList<>();
        List<Session> sessions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(new Connection());
            sessions.add(watched(heartbeat, clients.get(i), new Reports()));
        }
        for (int gone : new int[] { 0, 7, 19, 3 }) {
            sessions.get(gone).closed(CloseReason.NORMAL);
        }
        turnUntil(() -> clients.stream().filter(client -> client.pings > 0).count() == 16);
        for (int i = 0; i < 20; i++) {
            assertThat(clients.get(i).pings).as("pings of client %d", i).isEqualTo(sessions.get(i).isOpen() ? 1 : 0);
        }
    }

    @Test
    void a_session_that_ends_while_others_are_checked_is_skipped() {
        Heartbeat heartbeat = heartbeat(Duration.ofNanos(1), LONG, ANY_AGE);
        List<Session> both = new ArrayList<>();
        Reports closingAll = new Reports() {
            @Override
            public void heartbeatMissed(Session session) {
                super.heartbeatMissed(session);
                both.forEach(each -> each.closed(CloseReason.NORMAL));
            }
        };
        List<Connection> clients = List.of(new Connection(), new Connection());
        clients.forEach(client -> {
            Session session = watched(heartbeat, client, closingAll);
            session.beat.lastReceived = System.nanoTime() - 2 * LONG.toNanos();
            session.beat.pinged = session.beat.lastReceived;
            both.add(session);
        });
        Connection third = new Connection();
        watched(heartbeat, third, closingAll);
        turnUntil(() -> !both.get(0).isOpen() && !both.get(1).isOpen() && third.pings == 1);
        turnFor(Duration.ofMillis(50), () -> {
        });
        assertThat(closingAll.log).containsExactly("missed", "closed NORMAL", "closed NORMAL");
        assertThat(clients).allMatch(client -> client.pings == 0 && client.closes.isEmpty());
    }

    @Test
    void a_session_is_checked_even_if_all_that_were_due_before_it_have_ended() {
        Heartbeat heartbeat = heartbeat(Duration.ofMillis(400), LONG, ANY_AGE);
        watched(heartbeat, connection, reports);
        for (int i = 0; i < 30; i++) {
            watched(heartbeat, new Connection(), new Reports()).closed(CloseReason.NORMAL);
        }
        turnUntil(() -> connection.pings == 1);
        assertThat(reports.log).isEmpty();
    }

    @Test
    void the_loop_wakes_up_for_the_session_that_is_due_first_however_late_it_came() {
        for (int round = 0; round < 20; round++) {
            EmbeddedChannel idle = new EmbeddedChannel();
            Heartbeat heartbeat = new Heartbeat(idle.eventLoop(), LONG, LONG, ANY_AGE);
            for (int i = 0; i < 200; i++) {
                heartbeat.watch(new Quiet());
            }
            assertThat(Duration.ofNanos(idle.runScheduledPendingTasks()))
                    .as("first of 200 checks that are spread over an hour").isBetween(Duration.ZERO, LONG.dividedBy(6));
        }
    }

    /** Heartbeat of a session that nothing happens to. */
    private static final class Quiet extends Heartbeat.Beat {

        @Override
        boolean isOpen() {
            return true;
        }

        @Override
        void ping() {
            throw new AssertionError("not due");
        }

        @Override
        void missed() {
            throw new AssertionError("not due");
        }

        @Override
        void tooOld() {
            throw new AssertionError("not due");
        }
    }
}
