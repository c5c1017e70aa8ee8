package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Base class of tests with a replica and Engine.IO 4 requests written by hand. */
abstract class WithEngineIo {

    static final String POLLING = "/socket.io/?EIO=4&transport=polling";
    static final String SEPARATOR = "\u001e";
    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Time after which a poll has reached the server and is pending. */
    static final Duration HELD = Duration.ofMillis(200);
    private static final ObjectMapper JSON = new ObjectMapper();

    static Replica replica;

    @BeforeAll
    static void startReplica() {
        replica = Replica.start(Map.of("atrium.engineio.max-payload", "20000"));
    }

    @AfterAll
    static void stopReplica() {
        replica.close();
    }

    static JsonNode open(String packet) {
        assertThat(packet).startsWith("0{");
        try {
            return JSON.readTree(packet.substring(1));
        } catch (IOException e) {
            throw new AssertionError(packet, e);
        }
    }

    /** Connects, and returns the path of further requests. */
    static String connectByPolling(Replica to) {
        return POLLING + "&sid=" + open(to.get(POLLING).body()).path("sid").asText();
    }

    /** Connects, joins the namespace and reads its reply; returns the path of further requests. */
    static String joinByPolling(Replica to) {
        String session = connectByPolling(to);
        to.post(session, "40");
        assertThat(poll(to, session).body()).startsWith("40{");
        return session;
    }

    static SocketClient probe(String session) {
        SocketClient socket = replica.plain(asWebSocket(session));
        socket.text("2probe");
        assertThat(socket.await(1)).containsExactly("3probe");
        return socket;
    }

    static String asWebSocket(String session) {
        return session.replace("transport=polling", "transport=websocket");
    }

    static HttpResponse<String> poll(String session) {
        return poll(replica, session);
    }

    static HttpResponse<String> poll(Replica from, String session) {
        return from.get(session);
    }

    static CompletableFuture<HttpResponse<String>> pollLater(String session) {
        return HTTP.sendAsync(HttpRequest.newBuilder(URI.create(replica.http(session))).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    static void awaitHeld(CompletableFuture<?> poll) {
        Awaitility.await().pollDelay(HELD).until(() -> !poll.isDone());
    }

    static HttpResponse<String> post(String session, String body) {
        return replica.post(session, "text/plain;charset=UTF-8", body.getBytes(StandardCharsets.UTF_8));
    }
}
