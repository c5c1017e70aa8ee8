package dev.atrium.transport.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.session.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lifecycle of a connection that polls: the events that end it, their reports, and its removal. */
class EngineSocketTest extends WithEngine {

    private static final String UNKNOWN = "400 {\"code\":1,\"message\":\"Session ID unknown\"}";

    private final List<String> disconnected = new ArrayList<>();

    @Test
    void a_connection_is_known_by_a_secret_that_begins_with_the_name_of_its_node() {
        assertThat(socket.id()).startsWith("node-1").hasSize(20);
        assertThat(sockets.find(socket.id())).isSameAs(socket);
        assertThat(sockets.count("polling")).isEqualTo(1);
        assertThat(sockets.count("websocket")).isZero();
        assertThat(socket.transport()).isEqualTo("polling");
        assertThat(socket.caller().address()).isEqualTo("192.0.2.1");
    }

    @ParameterizedTest(name = "largest body {0}: {1}")
    @CsvSource({ "10485760, 1000000", "1000000, 1000000", "524288, 524288", "100, 1024" })
    void a_payload_is_no_larger_than_bodies_may_be(long largestBody, int maxPayload) {
        assertThat(sockets(Map.of(), Map.of(), largestBody).maxPayload()).isEqualTo(maxPayload);
    }

    @Test
    void a_ping_comes_after_the_interval_and_without_a_pong_the_connection_ends_after_the_timeout() {
        fetchOpen();
        FakeRequest poll = get();
        advance(INTERVAL_MILLIS - 200);
        assertThat(poll.isAnswered()).isFalse();
        advance(200);
        assertThat(poll.answer()).isEqualTo("200 2");
        advance(TIMEOUT_MILLIS - 500);
        assertThat(application.received).isEmpty();
        // The real time between the two timers is not the channel's: the latest moment counts the interval once more.
        advance(500 + INTERVAL_MILLIS - 1);
        assertThat(application.received).containsExactly("closed HEARTBEAT_TIMEOUT");
        assertThat(sockets.find(socket.id())).isNull();
    }

    @Test
    void a_pong_begins_the_interval_anew() {
        fetchOpen();
        for (int i = 0; i < 30; i++) {
            FakeRequest poll = get();
            advance(INTERVAL_MILLIS);
            assertThat(poll.answer()).isEqualTo("200 2");
            post("3");
        }
        assertThat(application.received).isEmpty();
    }

    @Test
    void anything_but_a_pong_shows_no_life() {
        fetchOpen();
        advance(INTERVAL_MILLIS);
        post("4message");
        post("6");
        advance(TIMEOUT_MILLIS + INTERVAL_MILLIS);
        assertThat(application.received).containsExactly("text message", "closed HEARTBEAT_TIMEOUT");
    }

    @Test
    void the_silence_of_a_client_that_is_not_read_is_not_held_against_it() {
        fetchOpen();
        socket.pause();
        advance(INTERVAL_MILLIS);
        advance(TIMEOUT_MILLIS + INTERVAL_MILLIS);
        assertThat(application.received).isEmpty();
        socket.resume();
        advance(TIMEOUT_MILLIS - 500);
        assertThat(application.received).isEmpty();
        advance(500);
        assertThat(application.received).containsExactly("closed HEARTBEAT_TIMEOUT");
    }

    @Test
    void nothing_is_pinged_after_the_end() {
        fetchOpen();
        socket.close();
        advance(INTERVAL_MILLIS);
        assertThat(get().answer()).isEqualTo("200 1");
    }

    @Test
    void a_client_that_polls_fetches_what_was_sent_before_the_end_and_then_is_unknown() {
        fetchOpen();
        socket.whenDisconnected(() -> disconnected.add("gone"));
        send("last words");
        socket.close();
        assertThat(application.received).containsExactly("closed NORMAL");
        assertThat(socket.isOpen()).isFalse();
        assertThat(post("4too late").answer()).isEqualTo("200 ok");
        assertThat(application.received).containsExactly("closed NORMAL");
        assertThat(disconnected).isEmpty();
        assertThat(get().answer()).isEqualTo("200 4last words");
        assertThat(disconnected).isEmpty();
        assertThat(get().answer()).isEqualTo("200 1");
        assertThat(disconnected).containsExactly("gone");
        assertThat(get().answer()).isEqualTo(UNKNOWN);
        assertThat(sockets.find(socket.id())).isNull();
    }

    @Test
    void a_client_that_does_not_fetch_the_end_is_given_thirty_seconds() {
        fetchOpen();
        socket.close();
        advance(29_999);
        assertThat(sockets.find(socket.id())).isSameAs(socket);
        advance(1);
        assertThat(sockets.find(socket.id())).isNull();
        assertThat(get().answer()).isEqualTo(UNKNOWN);
    }

    @Test
    void a_poll_that_waits_is_answered_at_once_when_the_connection_ends() {
        fetchOpen();
        FakeRequest poll = get();
        socket.close();
        turn();
        assertThat(poll.answer()).isEqualTo("200 1");
        assertThat(sockets.find(socket.id())).isNull();
    }

    /** In one payload with the packets before it, the stock client handles it first: after a DISCONNECT it connected again. */
    @Test
    void the_close_packet_has_a_payload_of_its_own() {
        fetchOpen();
        FakeRequest poll = get();
        send("last words");
        socket.close();
        turn();
        assertThat(poll.answer()).isEqualTo("200 4last words");
        assertThat(sockets.find(socket.id())).isSameAs(socket);
        assertThat(get().answer()).isEqualTo("200 1");
        assertThat(sockets.find(socket.id())).isNull();
    }

    @Test
    void a_failure_ends_the_connection_at_once_and_drops_what_waits() {
        fetchOpen();
        socket.whenDisconnected(() -> disconnected.add("before"));
        send("a");
        socket.fail(CloseReason.SERVER_FAULT);
        assertThat(polling.pendingBytes()).isZero();
        assertThat(sockets.find(socket.id())).isNull();
        assertThat(get().answer()).isEqualTo(UNKNOWN);
        socket.whenDisconnected(() -> disconnected.add("after"));
        assertThat(disconnected).containsExactly("before", "after");
    }

    @Test
    void a_failure_is_sent_to_a_poll_that_waits_behind_the_packets_before_it() {
        fetchOpen();
        FakeRequest poll = get();
        send("a");
        socket.fail(CloseReason.SERVER_FAULT);
        turn();
        assertThat(poll.answer()).isEqualTo("200 4a\u001e1");
    }

    @Test
    void a_connection_ends_once_whatever_comes_after() {
        socket.close();
        socket.fail(CloseReason.SERVER_FAULT);
        socket.lost(polling, CloseReason.CONNECTION_LOST);
        socket.close();
        assertThat(application.received).containsExactly("closed NORMAL");
    }

    @Test
    void after_the_end_nothing_is_handed_on_or_sent() {
        fetchOpen();
        socket.close();
        socket.packet("4a");
        socket.binary(new byte[1]);
        socket.send(Packet.PING_FRAME);
        assertThat(application.received).containsExactly("closed NORMAL");
        assertThat(get().answer()).isEqualTo("200 1");
    }

    @Test
    void a_client_that_closes_has_its_waiting_poll_ended() {
        fetchOpen();
        FakeRequest poll = get();
        assertThat(post("1").answer()).isEqualTo("200 ok");
        assertThat(poll.answer()).isEqualTo("200 6");
        assertThat(application.received).containsExactly("closed NORMAL");
        assertThat(sockets.find(socket.id())).isNull();
    }

    @Test
    void the_poll_of_a_client_that_has_closed_may_come_a_moment_later_and_gets_nothing_else() {
        fetchOpen();
        send("not wanted any more");
        post("1");
        advance(199);
        assertThat(get().answer()).isEqualTo("200 6");
        assertThat(get().answer()).isEqualTo(UNKNOWN);
    }

    @Test
    void after_a_goodbye_without_a_poll_nothing_is_left_a_moment_later() {
        fetchOpen();
        socket.whenDisconnected(() -> disconnected.add("gone"));
        post("1");
        advance(199);
        assertThat(disconnected).isEmpty();
        advance(1);
        assertThat(disconnected).containsExactly("gone");
        assertThat(sockets.find(socket.id())).isNull();
    }

    @Test
    void a_client_that_fetches_nothing_while_too_much_gathers_is_too_slow() {
        fetchOpen();
        send("x".repeat(LIMIT));
        socket.send(Packet.PING_FRAME);
        assertThat(application.received).as("the caller may be in the middle of a call").isEmpty();
        turn();
        assertThat(application.received).containsExactly("closed SLOW_CONSUMER");
    }

    @Test
    void a_handler_that_throws_ends_the_connection_as_a_fault_of_the_server() {
        application.whenText = () -> {
            throw new IllegalStateException("on purpose");
        };
        assertThat(post("4a\u001e4b").answer()).isEqualTo("200 ok");
        assertThat(application.received).containsExactly("text a", "closed SERVER_FAULT");
    }

    @ParameterizedTest
    @ValueSource(strings = { "0", "5", "6", "0{}" })
    void packets_that_are_not_for_a_server_are_ignored(String packet) {
        socket.packet(packet);
        assertThat(application.received).isEmpty();
        assertThat(socket.isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "2", "2probe", "7", "x" })
    void packets_that_no_client_sends_here_end_the_connection(String packet) {
        socket.packet(packet);
        assertThat(application.received).containsExactly("closed PROTOCOL_ERROR");
    }

    @Test
    void bytes_in_a_text_packet_are_a_binary_message_on_each_transport() {
        socket.packet("bAQID");
        assertThat(application.received).containsExactly("binary 010203");
        socket.packet("b%");
        assertThat(application.received).containsExactly("binary 010203", "closed PROTOCOL_ERROR");
    }

    @ParameterizedTest
    @CsvSource({ "3", "6", "5", "0" })
    void packets_of_which_there_are_too_many_end_the_connection(String packet) {
        application.received.clear();
        open(Map.of("atrium.limits.messages", "1", "atrium.limits.bytes", "0"));
        for (int i = 0; i < 5; i++) {
            socket.packet(packet);
        }
        assertThat(application.received).isEmpty();
        socket.packet(packet);
        socket.packet(packet);
        assertThat(application.received).containsExactly("flooded", "closed TOO_MANY_MESSAGES");
    }

    @Test
    void bytes_count_too_and_a_rejected_charge_returns_false() {
        open(Map.of("atrium.limits.messages", "0", "atrium.limits.bytes", "1024"));
        assertThat(socket.spend(5 * 1024)).isTrue();
        assertThat(socket.spend(1024)).isFalse();
        assertThat(socket.spend(1024)).isFalse();
        assertThat(application.received).containsExactly("flooded", "closed TOO_MANY_MESSAGES");
    }

    @Test
    void a_connection_reads_again_when_it_was_resumed_as_often_as_it_was_paused() {
        socket.pause();
        socket.pause();
        post("4a");
        socket.resume();
        assertThat(socket.isPaused()).isTrue();
        assertThat(application.received).isEmpty();
        socket.resume();
        assertThat(socket.isPaused()).isFalse();
        assertThat(application.received).containsExactly("text a");
    }
}
