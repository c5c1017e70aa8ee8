package dev.atrium.transport.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.session.CloseReason;
import dev.atrium.transport.websocket.EmbeddedSocket;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Upgrade of a connection from polling to a WebSocket, and connections that begin on a WebSocket. */
class UpgradeTest extends WithEngine {

    private static final Caller CALLER = new Caller(Identity.ANONYMOUS, "192.0.2.1");
    private static final String BAD_REQUEST = "400 {\"code\":3,\"message\":\"Bad request\"}";

    private final EmbeddedChannel away = new EmbeddedChannel();

    /** A WebSocket that wants to take the connection over; on its own event loop, or on another. */
    private EmbeddedSocket candidate(boolean atHome) {
        EmbeddedSocket opened = new EmbeddedSocket(atHome ? channel : away, new WebSocketTransport(sockets, CALLER, socket),
                sessions);
        turn();
        return opened;
    }

    private void text(EmbeddedSocket from, String packet) {
        from.text(packet);
        turn();
        away.runPendingTasks();
    }

    private void upgrade(EmbeddedSocket webSocket) {
        text(webSocket, "2probe");
        text(webSocket, "5");
    }

    private EmbeddedSocket upgraded(boolean atHome) {
        EmbeddedSocket webSocket = candidate(atHome);
        upgrade(webSocket);
        assertThat(webSocket.sent()).first().isEqualTo("3probe");
        return webSocket;
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void what_was_sent_before_a_close_arrives_before_it(boolean atHome) {
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(atHome);
        send("bye");
        socket.close();
        turn();
        assertThat(webSocket.sent()).hasSize(2).first().isEqualTo("4bye");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void a_client_that_probes_and_upgrades_continues_on_its_web_socket(boolean atHome) {
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(atHome);
        assertThat(application.received).containsExactly("upgraded websocket");
        assertThat(sockets.count("websocket")).isEqualTo(1);
        send("a");
        turn();
        assertThat(webSocket.sent()).containsExactly("4a");
        text(webSocket, "4b");
        webSocket.binary(Unpooled.wrappedBuffer(new byte[] { 1, 2 }));
        turn();
        assertThat(application.received).containsExactly("upgraded websocket", "text b", "binary 0102");
        assertThat(get().answer()).isEqualTo(BAD_REQUEST);
        assertThat(post("4c").answer()).isEqualTo(BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void packets_that_wait_for_the_next_poll_move_to_the_web_socket(boolean atHome) {
        fetchOpen();
        EmbeddedSocket webSocket = candidate(atHome);
        text(webSocket, "2probe");
        send("a");
        send("b");
        text(webSocket, "5");
        assertThat(webSocket.sent()).containsExactly("3probe", "4a", "4b");
        assertThat(polling.pendingBytes()).isZero();
    }

    @Test
    void while_a_client_upgrades_its_polls_are_ended_again_and_again() {
        fetchOpen();
        FakeRequest poll = get();
        EmbeddedSocket webSocket = candidate(true);
        advance(100);
        assertThat(poll.isAnswered()).isFalse();
        text(webSocket, "2probe");
        advance(99);
        assertThat(poll.isAnswered()).isFalse();
        advance(1);
        assertThat(poll.answer()).isEqualTo("200 6");
        FakeRequest next = get();
        advance(100);
        assertThat(next.answer()).isEqualTo("200 6");
        text(webSocket, "5");
        advance(500);
        assertThat(application.received).containsExactly("upgraded websocket");
    }

    @Test
    void a_poll_that_still_waits_when_its_client_has_changed_over_is_refused() {
        fetchOpen();
        EmbeddedSocket webSocket = candidate(true);
        FakeRequest late = get();
        text(webSocket, "5");
        assertThat(late.answer()).isEqualTo(BAD_REQUEST);
        assertThat(application.received).containsExactly("upgraded websocket");
    }

    @Test
    void a_client_that_does_not_complete_its_upgrade_in_time_stays_with_polling() {
        fetchOpen();
        EmbeddedSocket webSocket = candidate(true);
        text(webSocket, "2probe");
        advance(4_999);
        assertThat(webSocket.sent()).containsExactly("3probe");
        advance(1);
        assertThat(webSocket.sent()).containsExactly("close -1");
        assertThat(get().answer()).isEqualTo("200 2");
        FakeRequest next = get();
        advance(500);
        assertThat(next.isAnswered()).as("not released a second time").isFalse();
        text(webSocket, "5");
        assertThat(application.received).isEmpty();
        assertThat(socket.transport()).isEqualTo("polling");
    }

    /** The stock client polls no more once its probe has passed: without its WebSocket it would receive nothing. */
    @Test
    void a_client_whose_post_is_not_answered_yet_has_more_time_to_complete_its_upgrade() {
        fetchOpen();
        EmbeddedSocket webSocket = candidate(true);
        FakeRequest post = beginPost();
        text(webSocket, "2probe");
        advance(9_999);
        assertThat(webSocket.sent()).containsExactly("3probe");
        socket.post(post.exchange(), "4a".getBytes(StandardCharsets.UTF_8));
        text(webSocket, "5");
        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(application.received).containsExactly("text a", "upgraded websocket");
    }

    @Test
    void an_upgrade_that_is_complete_is_not_closed_when_its_time_is_over() {
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(true);
        text(webSocket, "3");
        advance(900);
        text(webSocket, "3");
        for (int i = 0; i < 10; i++) {
            advance(500);
            text(webSocket, "3");
        }
        assertThat(webSocket.sent()).isEmpty();
        assertThat(socket.isOpen()).isTrue();
    }

    @Test
    void only_one_web_socket_at_a_time_may_try() {
        fetchOpen();
        EmbeddedSocket first = candidate(true);
        EmbeddedSocket second = candidate(false);
        away.runPendingTasks();
        assertThat(second.sent()).containsExactly("close -1");
        text(second, "5");
        assertThat(application.received).isEmpty();
        text(first, "5");
        assertThat(application.received).containsExactly("upgraded websocket");
    }

    @Test
    void a_connection_that_has_a_web_socket_is_not_taken_over_by_another() {
        fetchOpen();
        upgraded(true);
        EmbeddedSocket second = candidate(false);
        away.runPendingTasks();
        assertThat(second.sent()).containsExactly("close -1");
        assertThat(socket.isOpen()).isTrue();
    }

    @Test
    void a_post_of_bytes_ends_a_connection_that_polls_and_does_not_concern_one_that_has_a_web_socket() {
        fetchOpen();
        upgraded(true);
        assertThat(postBytes()).isEqualTo(BAD_REQUEST);
        assertThat(socket.isOpen()).isTrue();
        open(Map.of());
        assertThat(postBytes()).isEqualTo(BAD_REQUEST);
        assertThat(application.received).containsExactly("upgraded websocket", "closed PROTOCOL_ERROR");
    }

    private String postBytes() {
        FakeRequest request = forwarded(null, null);
        socket.malformedPost(request.exchange());
        turn();
        return request.answer();
    }

    @Test
    void another_web_socket_may_try_when_the_first_has_gone() {
        fetchOpen();
        EmbeddedSocket first = candidate(false);
        first.lost();
        turn();
        assertThat(application.received).isEmpty();
        upgraded(true);
        assertThat(application.received).containsExactly("upgraded websocket");
    }

    @ParameterizedTest
    @ValueSource(strings = { "2", "4message", "3probe", "55", "" })
    void a_web_socket_that_sends_anything_else_before_the_upgrade_is_closed_and_polling_continues(String packet) {
        fetchOpen();
        EmbeddedSocket webSocket = candidate(true);
        text(webSocket, packet);
        assertThat(webSocket.sent()).containsExactly("close -1");
        assertThat(application.received).isEmpty();
        assertThat(socket.isOpen()).isTrue();
    }

    @Test
    void bytes_before_the_upgrade_close_the_web_socket() {
        EmbeddedSocket webSocket = candidate(true);
        webSocket.binary(Unpooled.wrappedBuffer(new byte[] { '5' }));
        assertThat(webSocket.sent()).containsExactly("close -1");
        assertThat(application.received).isEmpty();
    }

    @Test
    void an_upgrade_in_the_middle_of_a_post_ends_the_connection() {
        fetchOpen();
        application.whenText = socket::pause;
        post("4a\u001e4b");
        EmbeddedSocket webSocket = candidate(true);
        text(webSocket, "5");
        assertThat(application.received).containsExactly("text a", "closed PROTOCOL_ERROR");
        assertThat(webSocket.sent()).containsExactly("close -1");
    }

    @Test
    void a_web_socket_that_tries_is_closed_when_the_connection_ends() {
        fetchOpen();
        EmbeddedSocket webSocket = candidate(true);
        socket.close();
        turn();
        assertThat(webSocket.sent()).containsExactly("close -1");
        text(webSocket, "5");
        assertThat(application.received).containsExactly("closed NORMAL");
    }

    /** A client that changes over does not poll: it would take the end for a lost connection, and reconnect. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void a_connection_that_is_closed_while_its_client_changes_over_ends_on_the_web_socket(boolean atHome) {
        fetchOpen();
        FakeRequest poll = get();
        EmbeddedSocket webSocket = candidate(atHome);
        text(webSocket, "2probe");
        advance(100);
        assertThat(poll.answer()).isEqualTo("200 6");
        send("bye");
        socket.close();
        turn();
        assertThat(webSocket.sent()).containsExactly("3probe");
        text(webSocket, "5");
        assertThat(webSocket.sent()).containsExactly("4bye", "close -1");
        assertThat(application.received).containsExactly("closed NORMAL");
        assertThat(sockets.find(socket.id())).isNull();
        advance(60_000);
        assertThat(application.received).containsExactly("closed NORMAL");
    }

    @Test
    void a_connection_that_is_closed_while_its_client_changes_over_and_does_not_complete_it_ends_by_polling() {
        fetchOpen();
        EmbeddedSocket webSocket = candidate(true);
        text(webSocket, "2probe");
        send("bye");
        socket.close();
        advance(4_999);
        assertThat(webSocket.sent()).containsExactly("3probe");
        advance(1);
        assertThat(webSocket.sent()).containsExactly("close -1");
        text(webSocket, "5");
        assertThat(get().answer()).isEqualTo("200 4bye");
        assertThat(get().answer()).isEqualTo("200 1");
        assertThat(sockets.find(socket.id())).isNull();
    }

    @Test
    void a_connection_that_is_closed_while_a_poll_waits_ends_by_polling_also_while_its_client_changes_over() {
        fetchOpen();
        FakeRequest poll = get();
        EmbeddedSocket webSocket = candidate(true);
        text(webSocket, "2probe");
        socket.close();
        turn();
        assertThat(poll.answer()).isEqualTo("200 1");
        assertThat(webSocket.sent()).containsExactly("3probe", "close -1");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void a_connection_that_is_paused_stays_so_after_the_upgrade(boolean atHome) {
        fetchOpen();
        socket.pause();
        EmbeddedSocket webSocket = upgraded(atHome);
        text(webSocket, "4a");
        text(webSocket, "4b");
        assertThat(application.received).containsExactly("upgraded websocket");
        socket.resume();
        away.runPendingTasks();
        turn();
        assertThat(application.received).containsExactly("upgraded websocket", "text a", "text b");
    }

    /** Its WebSocket is on another event loop, which would make a task of each message, without any bound. */
    @Test
    void a_client_is_not_read_while_its_messages_wait_for_a_busy_event_loop() {
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(false);
        List<String> expected = new ArrayList<>(List.of("upgraded websocket"));
        for (int i = 0; i < 100; i++) {
            String message = i + "x".repeat(4_096);
            expected.add("text " + message);
            webSocket.text("4" + message);
        }
        turn();
        assertThat(application.received).hasSizeBetween(10, 20);
        for (int i = 0; i < 20; i++) {
            away.runPendingTasks();
            turn();
        }
        assertThat(application.received).isEqualTo(expected);
    }

    /** On another event loop than the connection's, where the frames are on their way when it is paused. */
    @Test
    void what_a_client_has_sent_before_it_closed_is_received_although_the_connection_was_paused() {
        fetchOpen();
        WebSocketTransport transport = new WebSocketTransport(sockets, CALLER, socket);
        EmbeddedSocket webSocket = new EmbeddedSocket(away, transport, sessions);
        upgrade(webSocket);
        socket.pause();
        text(webSocket, "4a");
        transport.closed(CloseReason.NORMAL);
        turn();
        assertThat(application.received).containsExactly("upgraded websocket");
        socket.resume();
        away.runPendingTasks();
        turn();
        assertThat(application.received).containsExactly("upgraded websocket", "text a", "closed NORMAL");
    }

    @Test
    void a_connection_that_breaks_ends_at_once_also_while_it_is_paused() {
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(false);
        socket.pause();
        text(webSocket, "4a");
        webSocket.lost();
        turn();
        assertThat(application.received).containsExactly("upgraded websocket", "closed CONNECTION_LOST");
    }

    @Test
    void a_web_socket_may_carry_a_connection_from_its_beginning() {
        application.received.clear();
        EmbeddedSocket webSocket = new EmbeddedSocket(channel, new WebSocketTransport(sockets, CALLER, null), sessions);
        assertThat(webSocket.sent()).singleElement().asString().matches(
                "0\\{\"sid\":\"node-1[\\w-]{14}\",\"upgrades\":\\[],\"pingInterval\":1000,\"pingTimeout\":20000,\"maxPayload\":2048}");
        assertThat(sockets.count("websocket")).isEqualTo(1);
        webSocket.text("4a");
        assertThat(application.received).containsExactly("text a");
        webSocket.text("1");
        assertThat(application.received).containsExactly("text a", "closed NORMAL");
        assertThat(webSocket.sent()).containsExactly("close -1");
        assertThat(sockets.count("websocket")).isZero();
    }

    @Test
    void a_web_socket_has_no_heartbeat_of_its_own_in_text_messages() {
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(true);
        text(webSocket, "ping");
        assertThat(application.received).containsExactly("upgraded websocket", "closed PROTOCOL_ERROR");
        assertThat(webSocket.sent()).containsExactly("close -1");
    }

    @Test
    void nothing_is_left_of_a_web_socket_when_its_channel_is_closed_and_not_before() {
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(true);
        boolean[] gone = new boolean[1];
        socket.whenDisconnected(() -> gone[0] = true);
        socket.close();
        assertThat(sockets.find(socket.id())).isNull();
        assertThat(webSocket.sent()).containsExactly("close -1");
        assertThat(gone[0]).isFalse();
        channel.close();
        turn();
        assertThat(gone[0]).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ "NORMAL, close -1", "PROTOCOL_ERROR, close -1", "HEARTBEAT_TIMEOUT, close -1", "CONNECTION_LOST, close -1",
            "TOO_MANY_MESSAGES, close 4429 too many messages", "SERVER_FAULT, close 1011 server fault",
            "DISCONNECTED, close 1008 disconnected by the application",
            "UNAUTHENTICATED, 'close 4401 token missing, wrong or expired'" })
    void the_protocol_ends_a_connection_without_a_code_and_the_server_with_one(CloseReason reason, String close) {
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(true);
        socket.fail(reason);
        assertThat(webSocket.sent()).containsExactly(close);
        assertThat(application.received).last().isEqualTo("closed " + reason);
    }

    @Test
    void a_web_socket_that_breaks_the_protocol_is_closed_with_its_code() {
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(true);
        webSocket.connection().fail(CloseReason.PROTOCOL_ERROR);
        assertThat(webSocket.sent()).containsExactly("close 1002 protocol error");
        assertThat(application.received).last().isEqualTo("closed PROTOCOL_ERROR");
    }

    @Test
    void a_web_socket_that_breaks_a_rule_before_the_upgrade_is_closed_alone() {
        fetchOpen();
        EmbeddedSocket webSocket = candidate(true);
        webSocket.connection().fail(CloseReason.TOO_BIG);
        assertThat(webSocket.sent()).containsExactly("close 1009 frame or message over the size limit");
        assertThat(socket.isOpen()).isTrue();
        upgraded(false);
    }

    @Test
    void probes_count_as_messages() {
        open(Map.of("atrium.limits.messages", "1"));
        fetchOpen();
        EmbeddedSocket webSocket = candidate(true);
        for (int i = 0; i < 6; i++) {
            text(webSocket, "2probe");
        }
        assertThat(application.received).containsExactly("flooded", "closed TOO_MANY_MESSAGES");
        assertThat(webSocket.sent()).last().isEqualTo("close -1");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void pings_of_the_web_socket_count_as_messages(boolean atHome) {
        open(Map.of("atrium.limits.messages", "1"));
        fetchOpen();
        EmbeddedSocket webSocket = upgraded(atHome);
        for (int i = 0; i < 6; i++) {
            webSocket.ping();
        }
        turn();
        assertThat(application.received).containsExactly("upgraded websocket", "flooded", "closed TOO_MANY_MESSAGES");
    }
}
