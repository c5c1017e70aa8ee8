package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.FileClient;
import dev.atrium.it.fixture.Nginx;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.fixture.StreamClient;
import dev.atrium.it.fixture.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two replicas behind docs/nginx.conf, with a short read timeout. */
class NginxIT {

    private static final String READ_TIMEOUT = "3s";
    private static final Duration LONGER = Duration.ofMillis(4_500);
    /** Connections that each replica accepts: few enough to fill it, more than a test here opens. */
    private static final int CONNECTIONS = 20;

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static Cluster cluster;
    private static Nginx nginx;

    @BeforeAll
    static void start() {
        Tool.require("nginx");
        cluster = Cluster.overRedis(2, Map.of("atrium.heartbeat.interval", "1s", "atrium.heartbeat.timeout", "1s",
                "atrium.trusted-proxies", "127.0.0.1/32", "atrium.limits.connections", Integer.toString(CONNECTIONS),
                "atrium.limits.connections-per-address", "1000",
                "atrium.api-keys.backend.key", "a-key-of-sixteen-or-more", "atrium.api-keys.backend.rooms", "lobby:send"));
        nginx = Nginx.before(READ_TIMEOUT, cluster.replica(0), cluster.replica(1));
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void silent_sockets_and_streams_of_quiet_rooms_outlive_the_read_timeout() {
        try (SocketClient plain = SocketClient.connect(nginx.ws("/rooms/quiet"));
                SessionClient session = SessionClient.connect(nginx.ws("/ws"));
                StreamClient stream = StreamClient.open(URI.create(nginx.http("/rooms/quiet")), "Accept",
                        "text/event-stream")) {
            session.join("quiet");
            stream.events("@welcome", 1);
            Instant began = Instant.now();
            Awaitility.await().atMost(LONGER.plusSeconds(5)).pollInterval(Duration.ofMillis(100))
                    .until(() -> Duration.between(began, Instant.now()).compareTo(LONGER) > 0);
            post("/rooms/quiet", "after a long silence");
            plain.await(1);
            assertThat(session.pushes("message", 1)).extracting(m -> m.path("data").asText())
                    .containsExactly("after a long silence");
            assertThat(stream.events("message", 1)).extracting(m -> m.path("data").asText())
                    .containsExactly("after a long silence");
        }
    }

    @Test
    void a_stream_is_not_held_back() {
        try (StreamClient stream = StreamClient.open(URI.create(nginx.http("/rooms/stream")), "Accept", "text/event-stream")) {
            stream.events("@welcome", 1);
            for (int i = 1; i <= 5; i++) {
                int count = i;
                post("/rooms/stream", "message " + i);
                Awaitility.await().atMost(Duration.ofSeconds(1)).until(() -> stream.events("message").size() == count);
            }
        }
    }

    @Test
    void long_polls_and_polling_clients_of_socket_io_need_no_affinity() {
        String epoch = SessionClient.json(post("/rooms/polls", "first")).path("epoch").asText();
        try (SocketIoClient io = SocketIoClient.connect(URI.create(nginx.http("/")), "polling", Map.of()).awaitConnected()) {
            io.emitWithAck("join", "polls");
            CompletableFuture<String> poll = HTTP.sendAsync(
                    HttpRequest.newBuilder(URI.create(nginx.http("/rooms/polls/messages?after=" + epoch + ":1&wait=2")))
                            .build(),
                    HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::body);
            post("/rooms/polls", "second");
            io.awaitReceived("message second");
            assertThat(poll.orTimeout(10, TimeUnit.SECONDS).join()).contains("\"second\"");
        }
    }

    @Test
    void the_addresses_of_clients_arrive() throws IOException {
        assertThat(answer("127.0.0.2", "POST /rooms/lobby HTTP/1.1\r\nHost: 127.0.0.1:" + nginx.port()
                + "\r\nAuthorization: Bearer no-such-token\r\nX-Forwarded-For: 10.9.9.9\r\nContent-Length: 0\r\n"))
                .startsWith("HTTP/1.1 401 ");
        SocketClient.await().untilAsserted(() -> assertThat(cluster.replica(0).log() + cluster.replica(1).log())
                .contains("address=\"127.0.0.2\"").doesNotContain("10.9.9.9"));
    }

    @Test
    void the_name_of_the_server_alone_leads_to_a_replica() throws IOException {
        assertThat(answer("127.0.0.1", "GET /rooms/lobby HTTP/1.1\r\nHost: 127.0.0.1:" + nginx.port() + "\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(answer("127.0.0.1", "GET /rooms/lobby HTTP/1.1\r\nHost: rebound.example.net:" + nginx.port() + "\r\n"))
                .isEmpty();
    }

    @Test
    void long_headers_arrive_and_pages_can_read_that_they_are_too_long() throws IOException {
        String request = "GET /rooms/lobby HTTP/1.1\r\nHost: 127.0.0.1:" + nginx.port()
                + "\r\nOrigin: https://pages.example.com\r\nX-Long: ";
        assertThat(answer("127.0.0.1", request + "a".repeat(18_000) + "\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(answer("127.0.0.1", request + "a".repeat(30_000) + "\r\n")).startsWith("HTTP/1.1 431 ")
                .containsIgnoringCase("access-control-allow-origin: ");
    }

    @Test
    void pages_can_read_that_a_body_is_too_large() throws IOException {
        assertThat(answer("127.0.0.1", "POST /rooms/lobby HTTP/1.1\r\nHost: 127.0.0.1:" + nginx.port()
                + "\r\nOrigin: https://pages.example.com\r\nContent-Length: 2000000\r\n")).startsWith("HTTP/1.1 413 ")
                .containsIgnoringCase("access-control-allow-origin: ").contains("body: larger than this server accepts");
    }

    /** Returns the response to a request, whose head is complete but for its end; empty if there is none. */
    private static String answer(String address, String head) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
            socket.connect(new InetSocketAddress("127.0.0.1", nginx.port()));
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void replicas_that_were_full_are_asked_again_at_once_when_they_have_room() {
        List<SessionClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(cluster.replica(0).session());
                clients.add(cluster.replica(1).session());
            }
            for (int i = 0; i < 10; i++) {
                assertThat(stream()).as("stream %d, at full replicas", i).isEqualTo(503);
                assertThat(FileClient.get("GET", nginx.http("/rooms/full")).statusCode()).as("which still serve")
                        .isEqualTo(200);
            }
            clients.forEach(SessionClient::close);
            SocketClient.await().until(() -> Stream.of(0, 1)
                    .allMatch(i -> cluster.replica(i).metric("atrium_connections_admitted") < CONNECTIONS));
            assertThat(stream()).isEqualTo(200);
        } finally {
            clients.forEach(SessionClient::close);
        }
    }

    /** Returns the status with which a stream begins. */
    private static int stream() {
        HttpRequest request = HttpRequest.newBuilder(URI.create(nginx.http("/rooms/full")))
                .header("Accept", "application/x-ndjson").build();
        HttpResponse<InputStream> response = HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
                .orTimeout(10, TimeUnit.SECONDS).join();
        try {
            response.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return response.statusCode();
    }

    @Test
    void tls_ends_there() throws Exception {
        CompletableFuture<String> received = new CompletableFuture<>();
        WebSocket socket = HttpClient.newBuilder().sslContext(nginx.certificate().trusted()).build().newWebSocketBuilder()
                .buildAsync(nginx.wss("/rooms/secure"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                        received.complete(data.toString());
                        return null;
                    }
                }).get(10, TimeUnit.SECONDS);
        SocketClient.await()
                .until(() -> new String(FileClient.get("GET", nginx.http("/rooms/secure")).body(), StandardCharsets.UTF_8)
                        .contains("\"members\":1"));
        post("/rooms/secure", "over TLS");
        assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo("over TLS");
        socket.abort();
    }

    @Test
    void a_reload_loses_nothing_that_a_resume_does_not_bring_back() {
        try (SessionClient before = SessionClient.connect(nginx.ws("/ws"))) {
            before.join("reload");
            post("/rooms/reload", "before");
            long offset = before.pushes("message", 1).get(0).path("offset").asLong();
            String epoch = before.epochOf("reload");
            nginx.reload();
            // Old workers keep their connections for a while: messages published now arrive over them.
            post("/rooms/reload", "meanwhile");
            assertThat(before.pushes("message", 2).get(1).path("offset").asLong()).isEqualTo(offset + 1);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !before.isOpen());
            post("/rooms/reload", "away");
            try (SessionClient after = SessionClient.connect(nginx.ws("/ws"))) {
                JsonNode resumed = after.call("resume",
                        "{\"token\":\"" + before.welcome().path("resume").asText() + "\",\"places\":{\"reload\":{\"epoch\":\""
                                + epoch + "\",\"offset\":" + (offset + 1) + "}}}");
                assertThat(resumed.at("/body/id").asText()).isEqualTo(before.id());
                assertThat(after.pushes("message", 1)).extracting(m -> m.path("data").asText()).containsExactly("away");
            }
        }
    }

    private static String post(String path, String text) {
        try {
            return HTTP.send(HttpRequest.newBuilder(URI.create(nginx.http(path))).header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString(text)).build(), HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
