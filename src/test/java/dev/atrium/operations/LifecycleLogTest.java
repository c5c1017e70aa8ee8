package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.gateway.Event;
import dev.atrium.gateway.Events;
import dev.atrium.it.fixture.CapturedLog;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;

/** Lines of the lifecycle log. */
class LifecycleLogTest {

    private static final Event.Subject ANN = new Event.Subject(new Sender("~ann", "ann"), "/", Transport.SOCKETIO, "192.0.2.1");
    private static final Event.Subject ANONYMOUS = new Event.Subject(new Sender("~any", null), "/chat", Transport.PLAIN, "");

    @Test
    void each_lifecycle_event_is_a_line_with_its_fields() {
        Events events = new Events();
        try (CapturedLog log = new CapturedLog("dev.atrium.life")) {
            new LifecycleLog().start(null, events);
            events.emit(new Event.Connected(ANONYMOUS));
            events.emit(new Event.Connected(ANN));
            events.emit(new Event.Authenticated(ANN));
            events.emit(new Event.Upgraded(ANN, "websocket"));
            events.emit(new Event.Resumed(ANN, "~former", 3));
            events.emit(new Event.Joined(ANN, RoomId.of("/", "a \"room\"")));
            events.emit(new Event.Left(ANN, RoomId.of("/", "lobby")));
            events.emit(new Event.HeartbeatMissed(ANN));
            events.emit(new Event.Refused(Transport.SOCKETIO, 403));
            events.emit(new Event.Disconnected(ANN, CloseReason.HEARTBEAT_TIMEOUT, 2, true));
            events.emit(new Event.Disconnected(ANONYMOUS, CloseReason.NORMAL, 0, false));
            String ann = "session=~ann transport=socketio ns=\"/\" user=\"ann\" address=\"192.0.2.1\"";
            await().untilAsserted(() -> assertThat(log.lines()).containsExactly(
                    "connected session=~any transport=plain ns=\"/chat\"",
                    "connected " + ann,
                    "authenticated " + ann,
                    "upgraded " + ann + " carrier=websocket",
                    "resumed " + ann + " former=~former rooms=3",
                    "joined " + ann + " room=\"a \\\"room\\\"\"",
                    "left " + ann + " room=\"lobby\"",
                    "suspended " + ann + " code=4408 reason=heartbeat_timeout rooms=2",
                    "closed session=~any transport=plain ns=\"/chat\" code=1000 reason=normal rooms=0"));
            assertThat(log.entries).extracting(ExtLogRecord::getLevel).containsOnly(Level.DEBUG);
        }
    }

    @Test
    void without_debug_level_no_subscriber_is_registered() {
        Events events = new Events();
        try (CapturedLog log = new CapturedLog("dev.atrium.life")) {
            log.logger.setLevel(Level.INFO);
            new LifecycleLog().start(null, events);
            assertThat(events.isWanted(Event.Connected.class)).isFalse();
        }
    }
}
