package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine.IO 4, with requests and packets written by hand. */
class EngineIoIT extends WithEngineIo {

    private static final String WEBSOCKET = "/socket.io/?EIO=4&transport=websocket";
    private static final int INTERVAL = 300;
    private static final int TIMEOUT = 200;

    /** Replica with a heartbeat as short as in the test suites of the protocol. */
    private static Replica hasty;

    @BeforeAll
    static void start() {
        hasty = Replica.start(Map.of("atrium.heartbeat.interval", INTERVAL + "ms", "atrium.heartbeat.timeout", TIMEOUT + "ms"));
    }

    @AfterAll
    static void stop() {
        hasty.close();
    }

    @Test
    void the_client_s_script_has_the_names_that_it_has_on_servers_of_node() {
        HttpResponse<String> script = replica.get("/socket.io/socket.io.min.js?v=1");
        assertThat(script.statusCode()).isEqualTo(200);
        assertThat(script.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/javascript");
        assertThat(script.body()).startsWith("/*!").isEqualTo(replica.get("/socket.io/socket.io.js").body());
    }

    @Test
    void a_handshake_over_polling_holds_the_parameters_of_the_connection() {
        HttpResponse<String> answer = hasty.get(POLLING);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; charset=UTF-8");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        JsonNode open = open(answer.body());
        assertThat(open.properties()).extracting(Map.Entry::getKey)
                .containsExactly("sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload");
        assertThat(open.path("sid").asText()).matches("[\\w-]{20}");
        assertThat(open.path("upgrades").toString()).isEqualTo("[\"websocket\"]");
        assertThat(open.path("pingInterval").asInt()).isEqualTo(INTERVAL);
        assertThat(open.path("pingTimeout").asInt()).isEqualTo(TIMEOUT);
        assertThat(open.path("maxPayload").asInt()).isEqualTo(1_000_000);
    }

    @Test
    void a_handshake_over_websocket_offers_no_upgrade() {
        try (SocketClient socket = replica.plain(WEBSOCKET)) {
            assertThat(open(socket.await(1).get(0)).path("upgrades").toString()).isEqualTo("[]");
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
            "GET,    /socket.io/?EIO=4,                               0, Transport unknown",
            "GET,    /socket.io/?EIO=4&transport=abc,                 0, Transport unknown",
            "GET,    /socket.io/?transport=polling&EIO=4&sid=nobody,  1, Session ID unknown",
            "POST,   /socket.io/?EIO=4&transport=polling,             2, Bad handshake method",
            "PUT,    /socket.io/?EIO=4&transport=polling,             2, Bad handshake method",
            "OPTIONS,/socket.io/?EIO=4&transport=polling,             2, Bad handshake method",
            "GET,    /socket.io/?EIO=4&transport=websocket,           3, Bad request",
            "GET,    /socket.io/?transport=polling,                   5, Unsupported protocol version",
            "GET,    /socket.io/?EIO=3&transport=polling,             5, Unsupported protocol version",
            "GET,    /socket.io/?EIO=abc&transport=polling,           5, Unsupported protocol version",
            "GET,    /socket.io/?EIO=4&transport=%FF,                 0, Transport unknown",
            "GET,    /socket.io/?EIO=4&transport=polling&transport=polling, 0, Transport unknown",
            "GET,    /socket.io/?EIO=4&transport=polling&sid=a&sid=a, 1, Session ID unknown",
            "GET,    /socket.io/?EIO=4&EIO=4&transport=polling,       5, Unsupported protocol version",
    })
    void an_invalid_request_is_answered_with_the_reason(String method, String path, int code, String message) {
        HttpResponse<String> answer = replica.request(method, path);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.body()).isEqualTo("{\"code\":" + code + ",\"message\":\"" + message + "\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/socket.io/?EIO=3&transport=websocket", "/socket.io/?transport=websocket",
            "/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=abc", WEBSOCKET + "&sid=nobody" })
    void a_malformed_handshake_of_a_websocket_is_refused(String path) throws IOException {
        try (RawSocket socket = RawSocket.connect(replica.port(), path)) {
            assertThat(socket.response()).startsWith("HTTP/1.1 400 Bad Request");
        }
    }

    @Test
    void the_path_ends_with_a_slash() {
        assertThat(replica.get("/socket.io?EIO=4&transport=polling").statusCode()).isEqualTo(404);
    }

    @Test
    void packets_wait_for_the_next_poll_and_leave_in_one_answer() {
        String session = connectByPolling(replica);

        assertThat(post(session, "40" + SEPARATOR + "40/two,").body()).isEqualTo("ok");

        assertThat(poll(session).body().split(SEPARATOR)).satisfiesExactly(
                first -> assertThat(first).startsWith("40{\"sid\":\"~"),
                second -> assertThat(second).startsWith("40/two,{\"sid\":\"~"));
    }

    @Test
    void binary_packets_are_base64_both_ways() {
        String session = joinByPolling(replica);

        post(session, "451-[\"photo\",{\"_placeholder\":true,\"num\":0}]" + SEPARATOR + "bAQIDBA==");

        assertThat(poll(session).body())
                .isEqualTo("451-[\"photo\",{\"_placeholder\":true,\"num\":0}]" + SEPARATOR + "bAQIDBA==");
    }

    @ParameterizedTest
    @ValueSource(strings = { "abc", "", "7", "40" + SEPARATOR, "b%%%", "2", "2probe" })
    void a_malformed_body_ends_the_connection(String body) {
        String session = connectByPolling(replica);

        post(session, body);

        assertThat(poll(session).statusCode()).isEqualTo(400);
        assertThat(poll(session).body()).contains("\"code\":1");
    }

    @Test
    void packets_that_are_for_clients_are_ignored() {
        String session = connectByPolling(replica);

        assertThat(post(session, "0" + SEPARATOR + "5" + SEPARATOR + "6" + SEPARATOR + "3").statusCode()).isEqualTo(200);

        assertThat(post(session, "40").statusCode()).isEqualTo(200);
        assertThat(poll(session).body()).startsWith("40{");
    }

    @Test
    void bytes_as_a_body_end_the_connection() {
        String session = connectByPolling(replica);

        HttpResponse<String> answer = replica.post(session, "application/octet-stream", new byte[] { 4, 5 });

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(poll(session).statusCode()).isEqualTo(400);
    }

    @Test
    void a_body_as_large_as_allowed_is_taken_and_a_larger_one_costs_nothing_but_itself() {
        String session = joinByPolling(replica);
        String frame = "42[\"big\",\"\"]";
        String fits = "42[\"big\",\"" + "x".repeat(20_000 - frame.length()) + "\"]";

        assertThat(post(session, fits + "x").statusCode()).isEqualTo(413);
        assertThat(post(session, fits).statusCode()).isEqualTo(200);

        assertThat(poll(session).body()).isEqualTo(fits);
    }

    @Test
    void thousands_of_packets_in_one_post_are_handled_one_after_the_other() {
        try (Replica large = Replica.start()) {
            String session = joinByPolling(large);
            String body = ("42[\"leave\",\"x\"]" + SEPARATOR).repeat(20_000) + "427[\"leave\",\"x\"]";

            assertThat(large.post(session, "text/plain", body.getBytes(StandardCharsets.UTF_8)).body()).isEqualTo("ok");

            assertThat(poll(large, session).body()).isEqualTo("437[{\"code\":200,\"body\":{\"room\":\"x\"}}]");
            assertThat(large.log()).doesNotContain("ERROR");
        }
    }

    @Test
    void a_second_poll_ends_both_and_the_connection() {
        String session = connectByPolling(replica);
        CompletableFuture<HttpResponse<String>> first = pollLater(session);
        awaitHeld(first);

        HttpResponse<String> second = poll(session);

        assertThat(second.statusCode()).isEqualTo(400);
        assertThat(first.join().body()).isEqualTo("1");
        assertThat(poll(session).body()).contains("\"code\":1");
    }

    @Test
    void a_client_that_cancels_its_poll_is_gone_at_once() throws IOException {
        String session = connectByPolling(replica);
        try (Socket poll = new Socket("127.0.0.1", replica.port())) {
            poll.getOutputStream()
                    .write(("GET " + session + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().pollDelay(HELD).until(() -> true);
        }
        Awaitility.await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(post(session, "3").body()).contains("\"code\":1"));
    }

    @Test
    void a_client_that_closes_has_its_poll_answered() {
        String session = connectByPolling(replica);
        CompletableFuture<HttpResponse<String>> poll = pollLater(session);
        awaitHeld(poll);

        assertThat(post(session, "1").body()).isEqualTo("ok");

        assertThat(poll.join().body()).isEqualTo("6");
        assertThat(poll(session).body()).contains("\"code\":1");
    }

    @Test
    void a_goodbye_that_overtakes_the_last_poll_costs_it_nothing() {
        String session = connectByPolling(replica);

        assertThat(post(session, "1").body()).isEqualTo("ok");

        assertThat(poll(session).body()).isEqualTo("6");
        assertThat(poll(session).body()).contains("\"code\":1");
    }

    @Test
    void the_server_pings_and_a_client_that_answers_stays() {
        String session = connectByPolling(hasty);
        for (int i = 0; i < 4; i++) {
            assertThat(poll(hasty, session).body()).isEqualTo("2");
            assertThat(hasty.post(session, "3").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_client_that_does_not_answer_is_gone_in_time() {
        long begun = System.nanoTime();
        String session = connectByPolling(hasty);
        assertThat(poll(hasty, session).body()).isEqualTo("2");

        // The pending poll is answered with the close packet at the moment of the timeout.
        HttpResponse<String> end = poll(hasty, session);

        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        assertThat(end.body()).isEqualTo("1");
        assertThat(millis).isBetween((long) INTERVAL + TIMEOUT - 5, INTERVAL + TIMEOUT + 150L);
        assertThat(poll(hasty, session).body()).contains("\"code\":1");
    }

    @Test
    void other_traffic_is_no_answer_to_a_ping() {
        try (SocketClient socket = hasty.plain(WEBSOCKET)) {
            Awaitility.await().atMost(Duration.ofSeconds(5)).pollInterval(Duration.ofMillis(50)).until(() -> {
                if (socket.isOpen()) {
                    socket.text("6");
                }
                return !socket.isOpen();
            });
            assertThat(socket.awaitClose()).isEqualTo(1005);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "abc", "", "2", "2probe", "7" })
    void a_websocket_message_that_is_no_packet_ends_the_connection(String message) {
        try (SocketClient socket = replica.plain(WEBSOCKET)) {
            socket.await(1);
            socket.text(message);
            assertThat(socket.awaitClose()).isEqualTo(1005);
        }
    }

    @Test
    void a_client_that_sends_close_over_a_websocket_is_closed() {
        try (SocketClient socket = replica.plain(WEBSOCKET)) {
            socket.await(1);
            socket.text("1");
            assertThat(socket.awaitClose()).isEqualTo(1005);
        }
    }

    @Test
    void a_websocket_message_that_is_too_large_is_closed_with_1009() {
        try (SocketClient socket = replica.plain(WEBSOCKET)) {
            socket.await(1);
            socket.text("4" + "x".repeat(20_000));
            assertThat(socket.awaitClose()).isEqualTo(1009);
        }
    }
}
