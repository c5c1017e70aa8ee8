package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.session.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of a WebSocket to its protocol, their order, and the close. */
class SocketConnectionTest extends WithSession {

    private final Protocol protocol = new Protocol();
    private final EmbeddedSocket socket = new EmbeddedSocket(channel, protocol, sessions);

    private static final class Protocol implements SocketProtocol {

        private final List<String> received = new ArrayList<>();
        private Runnable whenText = () -> {
        };
        private Runnable whenBinary = () -> {
        };
        private boolean answersTextHeartbeats = true;
        private boolean answersPing = true;

        @Override
        public void open(SocketConnection connection) {
            received.add("open");
        }

        @Override
        public void text(String text) {
            received.add(text);
            whenText.run();
        }

        @Override
        public void binary(ByteBuf bytes) {
            received.add(HexFormat.of().formatHex(ByteBufUtil.getBytes(bytes)));
            whenBinary.run();
        }

        @Override
        public void bytesReceived() {
            received.add("heard");
        }

        @Override
        public void readingPaused(boolean readingPaused) {
            received.add("deaf " + readingPaused);
        }

        @Override
        public void fail(CloseReason reason) {
            received.add("fail " + reason);
        }

        @Override
        public void closed(CloseReason reason) {
            received.add("closed " + reason);
        }

        @Override
        public void disconnected() {
            received.add("disconnected");
        }

        @Override
        public void closing(CloseReason reason) {
            received.add("closing " + reason);
        }

        @Override
        public boolean pinged() {
            received.add("pinged");
            return answersPing;
        }

        @Override
        public boolean answersTextHeartbeats() {
            return answersTextHeartbeats;
        }
    }

    @ParameterizedTest
    @CsvSource({ "ping, pong", "pong, ping" })
    void a_heartbeat_of_text_is_answered_and_counts_as_a_ping(String heartbeat, String answer) {
        socket.text(heartbeat);
        assertThat(socket.sent()).containsExactly(answer);
        assertThat(protocol.received).containsExactly("open", "pinged");
    }

    @Test
    void a_heartbeat_that_is_refused_is_not_answered() {
        protocol.answersPing = false;
        socket.text("ping");
        assertThat(socket.sent()).isEmpty();
        assertThat(protocol.received).containsExactly("open", "pinged");
    }

    @Test
    void where_heartbeats_of_text_mean_nothing_they_are_messages() {
        protocol.answersTextHeartbeats = false;
        socket.text("ping");
        assertThat(protocol.received).containsExactly("open", "ping");
        assertThat(socket.sent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "pings", "PING", "pang", "pin", "" })
    void a_text_that_is_no_heartbeat_is_a_message(String text) {
        socket.text(text);
        assertThat(protocol.received).containsExactly("open", text);
    }

    @Test
    void messages_wait_while_the_connection_is_paused_and_keep_their_order() {
        socket.connection().pause();
        socket.connection().pause();
        socket.text("a");
        socket.binary(Unpooled.wrappedBuffer(new byte[] { 1 }));
        socket.connection().resume();
        assertThat(protocol.received).containsExactly("open");
        socket.connection().resume();
        assertThat(protocol.received).containsExactly("open", "a", "01");
        socket.text("b");
        assertThat(protocol.received).containsExactly("open", "a", "01", "b");
    }

    @Test
    void a_message_that_pauses_the_connection_holds_up_those_behind_it() {
        socket.connection().pause();
        socket.text("a");
        socket.text("b");
        protocol.whenText = socket.connection()::pause;
        socket.connection().resume();
        assertThat(protocol.received).containsExactly("open", "a");
        socket.text("c");
        socket.connection().resume();
        assertThat(protocol.received).containsExactly("open", "a", "b");
        protocol.whenText = () -> {
        };
        socket.connection().resume();
        assertThat(protocol.received).containsExactly("open", "a", "b", "c");
    }

    @Test
    void bytes_that_wait_are_kept_and_released_when_they_are_handled_or_when_the_connection_ends() {
        ByteBuf handled = Unpooled.wrappedBuffer(new byte[] { 1 });
        ByteBuf dropped = Unpooled.wrappedBuffer(new byte[] { 2 });
        socket.connection().pause();
        socket.connection().lent(handled);
        assertThat(handled.refCnt()).isEqualTo(2);
        socket.connection().resume();
        assertThat(handled.refCnt()).isEqualTo(1);
        socket.connection().pause();
        socket.connection().lent(dropped);
        socket.lost();
        assertThat(dropped.refCnt()).isEqualTo(1);
        assertThat(protocol.received).containsExactly("open", "01", "closed CONNECTION_LOST");
    }

    @Test
    void a_message_that_cannot_be_handled_is_a_fault_of_the_server() {
        protocol.whenBinary = () -> {
            throw new IllegalStateException("on purpose");
        };
        socket.binary(Unpooled.wrappedBuffer(new byte[] { 1 }));
        assertThat(protocol.received).containsExactly("open", "01", "fail SERVER_FAULT");
    }

    @Test
    void a_text_that_cannot_be_handled_is_a_fault_of_the_server() {
        protocol.whenText = () -> {
            throw new IllegalStateException("on purpose");
        };
        socket.text("a");
        assertThat(protocol.received).containsExactly("open", "a", "fail SERVER_FAULT");
    }

    @Test
    void a_text_that_comes_after_the_close_is_not_handled() {
        socket.connection().close(CloseReason.NORMAL);
        socket.text("a");
        assertThat(protocol.received).containsExactly("open", "closing NORMAL");
    }

    @Test
    void a_connection_is_closed_once_and_the_protocol_sends_the_last_message() {
        socket.connection().close(CloseReason.FORBIDDEN);
        socket.connection().close(CloseReason.NORMAL);
        socket.connection().closeWithoutStatus(CloseReason.NORMAL);
        assertThat(socket.sent()).containsExactly("close 4403 not allowed");
        assertThat(protocol.received).containsExactly("open", "closing FORBIDDEN");
    }

    @Test
    void nothing_is_handled_or_sent_once_it_is_closed() {
        socket.connection().closeWithoutStatus(CloseReason.NORMAL);
        socket.binary(Unpooled.wrappedBuffer(new byte[] { 1 }));
        socket.ping();
        socket.connection().ping();
        assertThat(socket.sent()).containsExactly("close -1");
        assertThat(protocol.received).containsExactly("open", "closing NORMAL");
    }

    @ParameterizedTest
    @CsvSource({ "123, true", "124, false" })
    void a_detail_is_sent_instead_of_the_reason_if_a_close_frame_has_room_for_it(int bytes, boolean fits) {
        String detail = "\u00e9".repeat(bytes / 2) + "x".repeat(bytes % 2);
        socket.connection().close(CloseReason.DISCONNECTED, detail);
        assertThat(socket.sent()).containsExactly("close 1008 " + (fits ? detail : "disconnected by the application"));
    }

    @Test
    void pings_of_the_server_and_of_the_client_are_distinguished() {
        socket.connection().ping();
        assertThat(socket.sent()).containsExactly("ping");
        assertThat(protocol.received).containsExactly("open");
        socket.ping();
        assertThat(protocol.received).containsExactly("open", "pinged");
    }
}
