package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Data;
import dev.atrium.room.Membership;
import dev.atrium.room.RoomId;
import dev.atrium.room.Rooms;
import dev.atrium.room.Sender;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.Permissions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One session: its messages, its identity, and its end. */
class SessionTest extends SessionFixture {

    private static final Identity ANN = new Identity(Identity.Kind.TOKEN, "ann", Permissions.NONE, Identity.NEVER);

    private final Sessions sessions = sessions();
    private final Connection connection = new Connection();
    private final Reports reports = new Reports();
    private final Session session = open(sessions, connection, reports);

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text.getBytes());
    }

    @Test
    void an_open_session_writes_bytes_and_an_ended_one_releases_them() {
        session.send(bytes("a"));
        session.close(CloseReason.NORMAL);
        ByteBuf late = bytes("b");
        session.send(late);
        assertThat(connection.written).containsExactly("a");
        assertThat(late.refCnt()).isZero();
    }

    @Test
    void a_client_whose_queue_is_full_is_closed_in_a_later_task() {
        connection.full = true;
        session.send(bytes("a"));
        assertThat(session.isOpen()).isTrue();
        turn();
        assertThat(connection.closes).containsExactly("SLOW_CONSUMER: slow consumer");
        assertThat(reports.log).containsExactly("closed SLOW_CONSUMER");
    }

    @Test
    void a_session_ends_once_with_the_first_reason() {
        session.close(CloseReason.FORBIDDEN, "not this one");
        session.close(CloseReason.NORMAL);
        session.closed(CloseReason.CONNECTION_LOST);
        session.closeSoon(CloseReason.TRY_LATER);
        turn();
        assertThat(session.isOpen()).isFalse();
        assertThat(connection.closes).containsExactly("FORBIDDEN: not this one");
        assertThat(reports.log).containsExactly("closed FORBIDDEN");
    }

    @Test
    void a_client_that_has_disconnected_is_sent_no_reason() {
        session.closed(CloseReason.CONNECTION_LOST);
        session.close(CloseReason.NORMAL);
        assertThat(connection.closes).isEmpty();
        assertThat(reports.log).containsExactly("closed CONNECTION_LOST");
    }

    @Test
    void a_missed_heartbeat_is_reported_before_the_end() {
        session.beat.missed();
        assertThat(reports.log).containsExactly("missed", "closed HEARTBEAT_TIMEOUT");
        assertThat(connection.closes).containsExactly("HEARTBEAT_TIMEOUT: heartbeat timeout");
    }

    @Test
    void a_deadline_runs_once_at_its_time() {
        AtomicInteger first = new AtomicInteger();
        session.setDeadline(first::incrementAndGet, 5_000);
        pass(4_900);
        assertThat(first).hasValue(0);
        pass(200);
        assertThat(first).hasValue(1);
        pass(10_000);
        assertThat(first).hasValue(1);
    }

    @Test
    void a_new_deadline_replaces_the_old_one_and_can_be_cancelled() {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        session.setDeadline(first::incrementAndGet, 1_000);
        session.setDeadline(second::incrementAndGet, 2_000);
        pass(2_100);
        assertThat(first).hasValue(0);
        assertThat(second).hasValue(1);
        session.setDeadline(first::incrementAndGet, 1_000);
        session.cancelDeadline();
        pass(2_000);
        assertThat(first).hasValue(0);
    }

    @Test
    void a_deadline_ends_with_its_session() {
        AtomicInteger runs = new AtomicInteger();
        session.setDeadline(runs::incrementAndGet, 1_000);
        session.closed(CloseReason.NORMAL);
        pass(2_000);
        assertThat(runs).hasValue(0);
    }

    @Test
    void a_task_for_a_drained_connection_runs_in_a_later_turn_once_few_bytes_are_pending() {
        AtomicInteger runs = new AtomicInteger();
        connection.pending = 64 * 1024;
        session.whenDrained(runs::incrementAndGet);
        assertThat(runs).hasValue(0);
        turn();
        assertThat(runs).hasValue(1);
        connection.pending = 64 * 1024 + 1;
        session.whenDrained(runs::incrementAndGet);
        pass(500);
        assertThat(runs).hasValue(1);
        connection.pending = 0;
        pass(20);
        assertThat(runs).hasValue(2);
        pass(500);
        assertThat(runs).hasValue(2);
    }

    @Test
    void tasks_for_a_drained_connection_run_in_their_order_and_no_more_of_them_than_the_client_reads() {
        List<Integer> ran = new ArrayList<>();
        connection.pending = 64 * 1024 + 1;
        for (int i = 0; i < 4; i++) {
            int number = i;
            session.whenDrained(() -> {
                ran.add(number);
                connection.pending = number == 1 ? 64 * 1024 + 1 : 0;
            });
        }
        pass(500);
        assertThat(ran).isEmpty();
        connection.pending = 0;
        pass(20);
        assertThat(ran).containsExactly(0, 1);
        connection.pending = 0;
        session.whenDrained(() -> ran.add(4));
        pass(20);
        assertThat(ran).containsExactly(0, 1, 2, 3, 4);
    }

    /** A client that joins a thousand rooms and reads nothing would cost a hundred thousand timers a second. */
    @Test
    void a_thousand_tasks_for_a_drained_connection_have_one_timer() {
        connection.pending = 64 * 1024 + 1;
        for (int i = 0; i < 1_000; i++) {
            session.whenDrained(() -> {
            });
        }
        int before = connection.looks;
        pass(100);
        assertThat(connection.looks - before).isLessThan(20);
    }

    @Test
    void a_task_for_a_drained_connection_does_not_run_after_the_end() {
        AtomicInteger runs = new AtomicInteger();
        connection.pending = 64 * 1024 + 1;
        session.whenDrained(runs::incrementAndGet);
        session.closed(CloseReason.NORMAL);
        connection.pending = 0;
        pass(100);
        session.whenDrained(runs::incrementAndGet);
        pass(100);
        assertThat(runs).hasValue(0);
    }

    @Test
    void a_session_that_authenticates_keeps_id_and_address() {
        String id = session.id();
        session.identify(ANN);
        assertThat(session.self()).isEqualTo(new Sender(id, "ann"));
        assertThat(session.caller()).isEqualTo(new Caller(ANN, ANONYMOUS.address()));
    }

    @Test
    void a_session_of_a_user_has_its_name_from_the_start() {
        SessionRequest request = new SessionRequest(new Caller(ANN, ""), eventLoop, "/chat", Transport.PLAIN, connection,
                new Text());
        Session ann = sessions.open(request, null, reports);
        assertThat(ann.self().user()).isEqualTo("ann");
        assertThat(ann.namespace()).isEqualTo("/chat");
        assertThat(ann.transport()).isEqualTo(Transport.PLAIN);
        assertThat(ann.loop()).isSameAs(sessions.deliveryLoop(eventLoop));
    }

    @Test
    void attributes_of_a_session_are_kept() {
        assertThat(session.isVisible()).isTrue();
        assertThat(session.resumeToken()).isNull();
        assertThat(session.attachment(Object.class)).isNull();
        session.hide();
        session.resumableBy("secret");
        RoomLog attached = new RoomLog();
        session.attach(attached);
        session.granted().add("vip");
        session.expiring(1234);
        connection.pending = 77;
        assertThat(session.isVisible()).isFalse();
        assertThat(session.resumeToken()).isEqualTo("secret");
        assertThat(session.attachment(RoomLog.class)).isSameAs(attached);
        assertThat(session.attachment(String.class)).isNull();
        assertThat(session.granted()).containsExactly("vip");
        assertThat(connection.expiries).containsExactly(1234L);
        assertThat(session.pendingBytes()).isEqualTo(77);
    }

    @Test
    void work_in_turn_passes_the_throttle() {
        List<Integer> started = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            session.inTurn(() -> {
                started.add(number);
                return Uni.createFrom().nothing();
            }).subscribe().with(item -> {
            });
        }
        for (int i = 0; i < 20; i++) {
            pass(3);
        }
        assertThat(started).hasSize(8);
        assertThat(sessions.newConnections()).isEqualTo(10);
    }

    @Test
    void a_member_is_sent_the_messages_of_its_rooms_once_it_follows() {
        Source source = new Source();
        Rooms rooms = new Rooms(source, (message, members) -> {
        }, (message, loops) -> null);
        Membership membership = rooms.join(session, LOBBY, false, null, session::isOpen).await().indefinitely();
        session.entered(membership);
        assertThat(session.isIn("lobby")).isTrue();
        assertThat(session.isIn("other")).isFalse();
        assertThat(session.membership(LOBBY)).isSameAs(membership);
        assertThat(session.membership(RoomId.of("/chat", "lobby"))).isNull();
        assertThat(session.memberships()).containsExactly(membership);
        source.send("early");
        turn();
        assertThat(connection.written).isEmpty();
        session.follow();
        turn();
        source.send("a");
        source.send("bc");
        turn();
        assertThat(String.join("", connection.written)).startsWith("Message").hasSizeGreaterThan(20);
        assertThat(String.join("", connection.written).split(";")).hasSize(3);
        rooms.leave(membership);
        session.left(LOBBY);
        source.send("d");
        turn();
        assertThat(String.join("", connection.written).split(";")).hasSize(3);
        assertThat(session.isIn("lobby")).isFalse();
        assertThat(session.memberships()).isEmpty();
    }

    @Test
    void what_is_attached_is_told_of_the_rooms_until_the_session_has_ended() {
        joinLobby();
        RoomLog attached = new RoomLog();
        session.attach(attached);
        Membership lobby = session.membership(LOBBY);
        session.left(LOBBY);
        session.entered(lobby);
        session.closed(CloseReason.CONNECTION_LOST);
        session.left(LOBBY);
        assertThat(attached.log).containsExactly("entered lobby", "left lobby", "entered lobby");
    }

    private static final class RoomLog implements SessionAttachment {

        private final List<String> log = new ArrayList<>();

        @Override
        public void entered(RoomId room) {
            log.add("entered " + room.name());
        }

        @Override
        public void left(RoomId room) {
            log.add("left " + room.name());
        }
    }

    /** Makes the session a member of the lobby, and returns the source of its messages. */
    private Source joinLobby() {
        Source source = new Source();
        Rooms rooms = new Rooms(source, (message, members) -> {
        }, (message, loops) -> null);
        session.entered(rooms.join(session, LOBBY, false, null, session::isOpen).await().indefinitely());
        session.follow();
        turn();
        return source;
    }

    @Test
    void a_slow_client_is_sent_no_volatile_messages() {
        Source source = joinLobby();
        connection.pending = 64 * 1024 + 1;
        source.sendVolatile("dropped");
        source.send("kept");
        turn();
        assertThat(connection.written).containsExactly("Message 104;");
        connection.pending = 64 * 1024;
        source.sendVolatile("sent");
        turn();
        assertThat(connection.written).containsExactly("Message 104;", "Message 104;");
    }

    @Test
    void the_backlog_is_that_of_the_slowest_loop_and_over_its_limit_the_replica_is_behind() {
        Source source = joinLobby();
        assertThat(sessions.backlog()).isZero();
        source.send("hello");
        assertThat(sessions.backlog()).isPositive();
        assertThat(sessions.isBehind()).isFalse();
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < 65; i++) {
            source.send(new Data.Binary(large));
        }
        assertThat(sessions.backlog()).isGreaterThan(65L << 20);
        assertThat(sessions.isBehind()).isTrue();
        turn();
        assertThat(sessions.backlog()).isZero();
        assertThat(sessions.isBehind()).isFalse();
    }
}
