package dev.atrium.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.RawHttp.Answer;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.StreamClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that do not arrive, or hardly, and those that only take long. */
class SlowRequestIT {

    private static final String CHUNKED = "POST /rooms/a HTTP/1.1\nHost: a\nContent-Type: text/plain\nTransfer-Encoding: chunked\n\n";
    private static final String POLLING = "/socket.io/?EIO=4&transport=polling";
    private static final Duration SOON = Duration.ofSeconds(8);
    private static final Duration TICK = Duration.ofMillis(200);

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start(Map.of("atrium.limits.header-time", "1s", "atrium.limits.body-time", "1s",
                "atrium.limits.body-rate", "100", "atrium.limits.connections-per-address", "20"));
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @ParameterizedTest
    @ValueSource(strings = { "GET /ro", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" })
    void a_connection_that_is_reset_before_a_whole_request_is_no_warning(String sent) throws IOException {
        for (int i = 0; i < 10; i++) {
            try (Socket client = new Socket("127.0.0.1", replica.port())) {
                client.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
                client.setSoLinger(true, 0);
            }
        }
        assertThat(replica.get("/rooms").statusCode()).isEqualTo(200);
        Awaitility.await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> !replica.log().contains("exceptionCaught"));
    }

    /** Sends the same bytes again and again until the server answers. */
    private static Answer drip(RawHttp client, String bytes) throws IOException {
        Awaitility.await().atMost(SOON).pollInterval(TICK).until(() -> {
            try {
                client.send(bytes);
                return client.hasAnswer();
            } catch (IOException closed) {
                return true;
            }
        });
        return client.answer();
    }

    /** Checks what becomes of a connection that has sent something. */
    private interface Check {

        void of(String sent, RawHttp client) throws IOException;
    }

    /** Sends each text on a connection of its own, all at once, so that their deadlines are waited for once. */
    private static void each(List<String> texts, Check check) throws IOException {
        Map<String, RawHttp> clients = new LinkedHashMap<>();
        try {
            for (String text : texts) {
                clients.put(text, RawHttp.connect(replica.port()).send(text));
            }
            for (Map.Entry<String, RawHttp> client : clients.entrySet()) {
                try {
                    check.of(client.getKey(), client.getValue());
                } catch (AssertionError | IOException e) {
                    throw new AssertionError("after " + client.getKey(), e);
                }
            }
        } finally {
            for (RawHttp client : clients.values()) {
                client.close();
            }
        }
    }

    @Test
    void the_connections_that_are_accepted_before_any_request_have_a_deadline() throws IOException {
        int port = RedisProcess.freePort();
        List<RawHttp> clients = new ArrayList<>();
        try (Replica young = Replica.launch(
                Map.of("quarkus.http.port", Integer.toString(port), "atrium.limits.header-time", "1s"))) {
            Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(1))
                    .ignoreExceptionsInstanceOf(ConnectException.class).until(() -> {
                        clients.add(RawHttp.connect(port));
                        return clients.size() == 20;
                    });
            clients.get(0).send("GET /roo");
            young.awaitStarted();
            clients.add(RawHttp.connect(port));
            assertThat(clients.get(0).answer().status()).isEqualTo(408);
            for (RawHttp client : clients) {
                assertThat(client.isClosedWithin(SOON)).isTrue();
            }
        } finally {
            for (RawHttp client : clients) {
                client.close();
            }
        }
    }

    @Test
    void a_connection_that_sends_nothing_is_closed() throws IOException {
        try (RawHttp client = RawHttp.connect(replica.port())) {
            assertThat(client.isClosedWithin(SOON)).isTrue();
        }
    }

    @Test
    void so_is_one_that_stops_in_the_middle_of_its_headers() throws IOException {
        each(List.of("P", "GET /roo", "GET /rooms/a HTTP/1.1\nHost: a\nX: y", "PRI * HTTP/2.0\n\nSM\n\n"), (some, client) -> {
            if (some.startsWith("GET")) {
                Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(408);
                assertThat(answer.body()).contains("headers: not received in time");
                assertThat(client.isClosedWithin(SOON)).isTrue();
            } else {
                Awaitility.await().atMost(SOON).until(() -> client.isClosedWithin(TICK));
            }
        });
    }

    @Test
    void so_is_one_that_stops_in_headers_that_end_like_the_body_before_them() throws IOException {
        String whole = "POST /rooms/a HTTP/1.1\nHost: a\nContent-Type: text/plain\nContent-Length: 1\n\na";
        each(List.of(whole + "GET / HTTP/1.1\nX:a", whole + "GET / HTTP/1.1\nX: y\na"), (more, client) -> {
            assertThat(client.answer().status()).isEqualTo(201);
            assertThat(client.answer().status()).isEqualTo(408);
        });
    }

    @Test
    void a_byte_now_and_then_is_not_enough_for_headers() throws IOException {
        try (RawHttp first = RawHttp.connect(replica.port()).send("GET /rooms/a HTTP/1.1\nX: ");
                RawHttp second = RawHttp.connect(replica.port()).send("GET /rooms/a HTTP/1.1\nHost: a\n\n")) {
            assertThat(drip(first, "x").status()).isEqualTo(408);
            assertThat(second.answer().status()).isEqualTo(200);
            assertThat(drip(second, "G").status()).isEqualTo(408);
        }
    }

    @Test
    void headers_that_begin_together_with_the_end_of_another_request_have_their_time_too() throws IOException {
        String begun = "GET /rooms/a HTTP/1.1\nX: y";
        each(List.of("GET /rooms/a HTTP/1.1\nHost: a\n\n" + begun,
                "POST /rooms/a HTTP/1.1\nHost: a\nContent-Length: 2\n\nhi" + begun), (requests, client) -> {
                    assertThat(client.answer().status()).isBetween(200, 201);
                    assertThat(client.answer().status()).isEqualTo(408);
                });
    }

    @Test
    void a_body_that_does_not_arrive_ends_the_connection() throws IOException {
        each(List.of("POST /rooms/a HTTP/1.1\nHost: a\nContent-Length: 9\n\n", CHUNKED, CHUNKED + "2\na"),
                (request, client) -> {
                    Answer answer = client.answer();
                    assertThat(answer.status()).isEqualTo(408);
                    assertThat(answer.body()).contains("body: not received in time");
                    assertThat(client.isClosedWithin(SOON)).isTrue();
                });
        assertThat(replica.metric("atrium_denied_total{detail=\"slow_request\",kind=\"limit\"}")).isPositive();
        assertThat(replica.log()).doesNotContain("\tat ").doesNotContain("ERROR");
    }

    @Test
    void a_byte_now_and_then_is_not_enough_for_a_body() throws IOException {
        try (RawHttp client = RawHttp.connect(replica.port()).send(CHUNKED)) {
            assertThat(drip(client, "1\nx\n").status()).isEqualTo(408);
        }
    }

    @Test
    void empty_lines_between_requests_are_no_slow_request() throws IOException {
        try (RawHttp client = RawHttp.connect(replica.port()).send("GET /rooms/a HTTP/1.1\nHost: a\n\n")) {
            assertThat(client.answer().status()).isEqualTo(200);
            client.send("\n");
            // Longer than the time for headers.
            Awaitility.await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
            assertThat(client.send("GET /rooms/a HTTP/1.1\nHost: a\n\n").answer().status()).isEqualTo(200);
        }
    }

    @Test
    void a_slow_body_does_not_cost_the_response_to_an_earlier_request() throws IOException {
        String epoch = replica.get("/rooms/pipelined/messages").body();
        assertThat(epoch).contains("\"messages\":[]");
        try (RawHttp client = RawHttp.connect(replica.port()).send("GET /rooms/pipelined/messages?wait=2 HTTP/1.1\nHost: a\n\n"
                + "POST /rooms/a HTTP/1.1\nHost: a\nContent-Length: 9\n\nhalf")) {
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.answer().status()).isEqualTo(408);
        }
    }

    @Test
    void a_client_that_waits_for_100_is_not_slow() throws IOException {
        try (RawHttp client = RawHttp.connect(replica.port()).send("GET /rooms/pipelined/messages?wait=2 HTTP/1.1\nHost: a\n\n"
                + "POST /rooms/a HTTP/1.1\nHost: a\nContent-Length: 2\nExpect: 100-continue\n\n")) {
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send("hi").answer().status()).isEqualTo(201);
        }
    }

    @Test
    void a_slow_body_that_arrives_is_published() throws IOException {
        try (RawHttp client = RawHttp.connect(replica.port()).send(CHUNKED)) {
            int[] chunks = new int[1];
            Awaitility.await().atMost(SOON).pollInterval(TICK).until(() -> {
                client.send("40\n" + "x".repeat(0x40) + "\n");
                return ++chunks[0] == 8;
            });
            assertThat(client.send("0\n\n").answer().status()).isEqualTo(201);
        }
    }

    @Test
    void responses_may_take_as_long_as_they_like() throws Exception {
        try (StreamClient stream = replica.stream("/rooms/long", "Accept", "text/event-stream");
                SocketClient socket = replica.plain("/rooms/long");
                RawHttp poll = RawHttp.connect(replica.port())) {
            // The half of a next request while the poll waits costs the poll nothing.
            poll.send("GET /rooms/long/messages?wait=2 HTTP/1.1\nHost: a\n\n").send("GET /roo");
            assertThat(poll.answer().status()).isEqualTo(200);
            assertThat(replica.post("/rooms/long", "hello").statusCode()).isEqualTo(201);
            socket.awaitExactly("hello");
            Awaitility.await().atMost(SOON).until(() -> stream.lines().stream().anyMatch(line -> line.contains("hello")));
        }
    }

    @Test
    void connections_without_a_request_count_for_their_address() throws IOException {
        List<RawHttp> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 25; i++) {
                silent.add(RawHttp.connect(replica.port()));
            }
            Awaitility.await().atMost(Duration.ofMillis(900))
                    .until(() -> replica.metric("atrium_denied_total{detail=\"connections_per_address\",kind=\"limit\"}") >= 5);
        } finally {
            for (RawHttp client : silent) {
                client.close();
            }
        }
        Awaitility.await().atMost(SOON).until(() -> replica.get("/rooms").statusCode() == 200);
    }

    private static String connect() throws IOException {
        String open = replica.get(POLLING).body();
        return POLLING + "&sid=" + open.substring(open.indexOf("\"sid\":\"") + 7).split("\"")[0];
    }

    @Test
    void a_second_post_of_engine_io_does_not_overtake_the_first() throws IOException {
        String session = connect();
        try (RawHttp first = RawHttp.connect(replica.port())
                .send("POST " + session + " HTTP/1.1\nHost: a\nContent-Type: text/plain\nContent-Length: 2\n\n4")) {
            Awaitility.await().atMost(SOON).until(() -> replica.post(session, "40").statusCode() == 400);
            assertThat(first.isClosedWithin(SOON)).isTrue();
        }
        assertThat(replica.get(session).body()).contains("\"code\":1");
    }

    @Test
    void an_unfinished_post_of_engine_io_ends_with_its_session_and_the_session_with_it() throws IOException {
        String session = connect();
        try (RawHttp post = RawHttp.connect(replica.port())
                .send("POST " + session + " HTTP/1.1\nHost: a\nContent-Type: text/plain\nContent-Length: 2\n\n4")) {
            assertThat(post.answer().status()).isEqualTo(408);
        }
        Awaitility.await().atMost(SOON).until(() -> replica.post(session, "40").body().contains("\"code\":1"));
    }
}
