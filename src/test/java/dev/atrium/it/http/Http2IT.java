package dev.atrium.it.http;

import static dev.atrium.it.fixture.RawHttp2.CONTINUATION;
import static dev.atrium.it.fixture.RawHttp2.DATA;
import static dev.atrium.it.fixture.RawHttp2.END_HEADERS;
import static dev.atrium.it.fixture.RawHttp2.END_STREAM;
import static dev.atrium.it.fixture.RawHttp2.HEADERS;
import static dev.atrium.it.fixture.RawHttp2.RESET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Certificate;
import dev.atrium.it.fixture.RawHttp2;
import dev.atrium.it.fixture.Replica;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of HTTP/2 that do not arrive, or hardly, and streams that are reset without end. */
class Http2IT {

    private static final int ENHANCE_YOUR_CALM = 11;
    private static final byte[] CANCEL = { 0, 0, 0, 8 };
    private static final Duration SOON = Duration.ofSeconds(8);
    private static final Duration TICK = Duration.ofMillis(200);

    @TempDir
    private static Path directory;

    private static Replica replica;
    private static SSLContext tls;
    private static int tlsPort;

    @BeforeAll
    static void start() throws IOException {
        Certificate certificate = Certificate.make(directory);
        tls = certificate.trusted();
        replica = Replica.start(Map.of("atrium.limits.header-time", "2s", "atrium.limits.body-time", "1s",
                "atrium.limits.body-rate", "100", "quarkus.http.ssl-port", "0", "atrium.origins", "https://app.example.com",
                // A busy machine loads the classes of TLS for seconds.
                "atrium.event-loop.unready-after", "1m", "atrium.event-loop.dead-after", "1m",
                "quarkus.vertx.max-event-loop-execute-time", "1m",
                "quarkus.http.ssl.certificate.files", certificate.file().toString(),
                "quarkus.http.ssl.certificate.key-files", certificate.keyFile().toString()));
        Matcher secure = Pattern.compile("https://127\\.0\\.0\\.1:(\\d+)").matcher(replica.log());
        assertThat(secure.find()).as(replica.log()).isTrue();
        tlsPort = Integer.parseInt(secure.group(1));
        Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
            connect("tls").close();
            return true;
        });
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    /** Connects, and sends a first request in one of the ways that HTTP/2 begins. */
    private static RawHttp2 connect(String way) throws IOException {
        if (way.equals("upgrade")) {
            RawHttp2 client = RawHttp2.upgrade(replica.port(), "GET /rooms/a");
            assertThat(client.status(1)).isEqualTo(200);
            return client;
        }
        RawHttp2 client = way.equals("tls") ? RawHttp2.connect(tlsPort, tls) : RawHttp2.connect(replica.port());
        assertThat(client.request(1, "GET", "/rooms/a", true).status(1)).isEqualTo(200);
        return client;
    }

    @ParameterizedTest
    @ValueSource(strings = { "prior knowledge", "upgrade", "tls" })
    void each_body_has_a_deadline_and_costs_the_other_requests_nothing(String way) throws IOException {
        try (RawHttp2 client = connect(way)) {
            client.request(3, "GET", "/rooms/quiet/messages?wait=2", true);
            for (int stream = 5; stream < 15; stream += 2) {
                client.request(stream, "POST", "/rooms/a", false);
            }
            assertThat(client.status(5)).isEqualTo(408);
            assertThat(new String(client.await(DATA, 5).payload(), StandardCharsets.UTF_8))
                    .contains("body: not received in time");
            client.await(RESET, 13);
            assertThat(client.status(3)).isEqualTo(200);
        }
        assertThat(replica.metric("atrium_denied_total{detail=\"slow_request\",kind=\"limit\"}")).isPositive();
        assertThat(replica.log()).doesNotContain("\tat ").doesNotContain("ERROR");
    }

    @ParameterizedTest
    @CsvSource({ "19000, 100, 200", "21000, 100, 431", "60000, 100, 431", "100, 4000, 200", "100, 5000, 414" })
    void the_head_of_a_request_has_the_limits_of_http_1(int header, int path, int status) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).sslContext(tls).build();
        HttpResponse<String> response = client.send(HttpRequest
                .newBuilder(URI.create("https://127.0.0.1:" + tlsPort + "/rooms/lobby?q=" + "a".repeat(path)))
                .header("X-Large", "a".repeat(header)).header("Origin", "https://app.example.com").build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).contains("https://app.example.com");
        if (status != 200) {
            assertThat(response.body()).contains("than this server accepts");
        }
    }

    @Test
    void a_byte_now_and_then_is_not_enough_for_a_body() throws IOException {
        try (RawHttp2 client = connect("prior knowledge")) {
            client.request(3, "POST", "/rooms/a", false);
            for (int i = 0; i < 3; i++) {
                client.send(DATA, 0, 3, (byte) 'x');
                Awaitility.await().pollDelay(TICK).until(() -> true);
            }
            assertThat(client.status(3)).isEqualTo(408);
        }
    }

    @Test
    void a_slow_body_that_arrives_is_published() throws IOException {
        try (RawHttp2 client = connect("prior knowledge")) {
            client.request(3, "POST", "/rooms/a", false);
            for (int i = 0; i < 8; i++) {
                client.send(DATA, 0, 3, "x".repeat(64).getBytes(StandardCharsets.US_ASCII));
                Awaitility.await().pollDelay(TICK).until(() -> true);
            }
            client.send(DATA, END_STREAM, 3);
            assertThat(client.status(3)).isEqualTo(201);
        }
    }

    /** A client that never ends its request may not keep the response for ever, nor make the server log a fault. */
    @Test
    void a_response_in_progress_ends_with_a_request_that_does_not() throws IOException {
        try (RawHttp2 client = connect("prior knowledge")) {
            client.request(3, "GET", "/rooms/a/messages?wait=2&after=0", false);
            client.request(5, "GET", "/rooms/quiet/messages?wait=2", false);
            client.send(HEADERS, END_HEADERS, 7, RawHttp2.block("GET", "/rooms/a", "text/event-stream"));
            assertThat(client.status(7)).isEqualTo(200);
            assertThat(client.await(RESET, 7).error()).isEqualTo(ENHANCE_YOUR_CALM);
            // Ends after the poll that was answered with 408 would have.
            client.request(9, "GET", "/rooms/quiet/messages?wait=2", true);
            assertThat(client.status(9)).isEqualTo(200);
        }
        assertThat(replica.log()).doesNotContain("\tat ").doesNotContain("ERROR");
    }

    /** All at once, so that their deadlines are waited for once. */
    @Test
    void each_frame_but_data_has_a_deadline() throws IOException {
        Map<String, RawHttp2> clients = new LinkedHashMap<>();
        try {
            for (String way : List.of("prior knowledge", "upgrade", "tls")) {
                for (String frame : List.of("HEADERS", "CONTINUATION", "SETTINGS", "length")) {
                    RawHttp2 client = connect(way);
                    clients.put(frame + " after " + way, client);
                    begin(frame, client);
                }
            }
            for (Map.Entry<String, RawHttp2> each : clients.entrySet()) {
                assertThat(each.getValue().end()).as(each.getKey()).isEqualTo(ENHANCE_YOUR_CALM);
            }
        } finally {
            for (RawHttp2 client : clients.values()) {
                client.close();
            }
        }
    }

    /** Sends the beginning of a frame. */
    private static void begin(String frame, RawHttp2 client) throws IOException {
        byte[] block = RawHttp2.block("GET", "/rooms/a", "*/*");
        byte[] some = Arrays.copyOf(block, 10);
        switch (frame) {
            case "HEADERS" -> client
                    .write(Arrays.copyOf(RawHttp2.frame(HEADERS, END_HEADERS | END_STREAM, 3, block), 12));
            case "CONTINUATION" -> client.send(HEADERS, END_STREAM, 3, some).send(CONTINUATION, 0, 3, block[10]);
            case "SETTINGS" -> client.write(new byte[] { 0, 0, 6, 4, 0, 0, 0, 0, 0, 0 });
            default -> client.write(new byte[] { 0, 0 });
        }
    }

    @Test
    void a_connection_that_is_quiet_between_two_requests_stays() throws IOException {
        try (RawHttp2 client = connect("tls")) {
            Awaitility.await().pollDelay(Duration.ofMillis(2_500)).until(() -> true);
            assertThat(client.request(3, "GET", "/rooms/a", true).status(3)).isEqualTo(200);
        }
    }

    @Test
    void streams_that_are_reset_without_end_end_the_connection() throws IOException {
        try (RawHttp2 client = connect("prior knowledge")) {
            for (int i = 0; i < 300; i++) {
                client.request(3 + 2 * i, "GET", "/rooms/quiet/messages?wait=10", true).send(RESET, 0, 3 + 2 * i, CANCEL);
            }
            assertThat(client.end()).isEqualTo(ENHANCE_YOUR_CALM);
        } catch (java.net.SocketException closed) {
            // It was closed while the client still wrote.
            assertThat(closed).hasMessageMatching("Broken pipe|Connection reset.*");
        }
        Awaitility.await().atMost(SOON).until(() -> replica.get("/rooms").statusCode() == 200);
    }

    /** The server resets a stream whose window is changed by nothing (RFC 9113 section 6.9). */
    @Test
    void so_do_streams_that_the_client_makes_the_server_reset() throws IOException {
        try (RawHttp2 client = connect("prior knowledge")) {
            for (int i = 0; i < 300; i++) {
                client.request(3 + 2 * i, "GET", "/rooms/quiet/messages?wait=10", true).send(8, 0, 3 + 2 * i, new byte[4]);
            }
            assertThat(client.end()).isEqualTo(ENHANCE_YOUR_CALM);
        } catch (java.net.SocketException closed) {
            assertThat(closed).hasMessageMatching("Broken pipe|Connection reset.*");
        }
    }
}
