package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.fixture.StreamClient;
import dev.atrium.it.fixture.Tokens;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Log at DEBUG: one line for each step in the lifecycle of a session, and none for a message. */
class LifecycleLogIT {

    private static final Map<String, String> SETTINGS = Tokens.required(Map.of(
            "atrium.auth.mode", "open",
            "atrium.permissions.everyone", "/* *:join send",
            "quarkus.log.category.\"dev.atrium\".level", "DEBUG",
            "quarkus.log.console.json.enabled", "true",
            "atrium.heartbeat.interval", "1s",
            "atrium.heartbeat.timeout", "1s",
            "atrium.outbox.limit", "64K"));

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start(SETTINGS);
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @Test
    void a_session_has_a_line_for_each_step_and_none_for_a_hundred_messages() {
        SessionClient ann = replica.session();
        ann.join("talk");
        long others = entries().filter(LifecycleLogIT::isNoLife).count();
        for (int i = 0; i < 100; i++) {
            ann.call("send", "{\"room\":\"talk\",\"data\":" + i + "}");
        }
        ann.call("leave", "{\"room\":\"talk\"}");
        ann.join("talk2");
        ann.leave();
        awaitLife(ann.id(), "connected", "joined talk", "left talk", "joined talk2", "closed 1000 normal, in 1");
        assertThat(entries().filter(LifecycleLogIT::isNoLife)).hasSize((int) others);
    }

    @Test
    void a_line_names_the_session_the_transport_and_the_address() {
        SocketClient ann = replica.plain("/rooms/a%20%22room%22%20of%20%25s?ns=/chat&secret=hush");
        String id = idOfWhoJoined("a \"room\" of %s");
        ann.leave();
        awaitLife(id, "connected", "joined a \"room\" of %s", "closed 1000 normal, in 1");
        JsonNode entry = entries(id).filter(each -> each.path("mdc").path("event").asText().equals("joined")).findFirst()
                .orElseThrow();
        assertThat(entry.path("message").asText()).isEqualTo("joined session=" + id
                + " transport=plain ns=\"/chat\" address=\"127.0.0.1\" room=\"a \\\"room\\\" of %s\"");
        assertThat(entry.path("mdc")).isEqualTo(SessionClient.json("{\"event\":\"joined\",\"session\":\"" + id
                + "\",\"transport\":\"plain\",\"ns\":\"/chat\",\"address\":\"127.0.0.1\",\"room\":\"a \\\"room\\\" of %s\"}"));
        assertThat(replica.log()).doesNotContain("hush");
    }

    @Test
    void a_session_that_is_cut_is_suspended_and_resumes_under_the_same_id() {
        SessionClient ann = replica.session();
        ann.join("here");
        ann.cut();
        awaitLife(ann.id(), "connected", "joined here", "suspended 1006 connection_lost, in 1");
        try (SessionClient again = replica.session()) {
            again.call("resume", "{\"token\":\"" + ann.welcome().path("resume").asText() + "\"}");
            awaitLife(ann.id(), "connected", "joined here", "suspended 1006 connection_lost, in 1",
                    "resumed from " + again.id());
            awaitLife(again.id(), "connected");
        }
    }

    @Test
    void a_client_that_authenticates_has_a_name_from_then_on_and_its_token_is_in_no_line() {
        String token = Tokens.of("ann", "named:join");
        SessionClient ann = replica.session();
        ann.call("auth", "{\"token\":\"" + token + "\"}");
        ann.join("named");
        assertThat(ann.call("members", "{\"room\":\"named\"}").path("code").asInt()).isEqualTo(403);
        ann.leave();
        awaitLife(ann.id(), "connected", "authenticated", "joined named", "closed 1000 normal, in 1");
        assertThat(entries(ann.id()).map(entry -> entry.path("mdc").path("user").asText())).containsExactly("", "ann", "ann",
                "ann");
        SocketClient.await()
                .until(() -> entries().anyMatch(entry -> entry.path("loggerName").asText().equals("dev.atrium.security")
                        && entry.path("mdc").path("event").asText().equals("denied")
                        && entry.path("mdc").path("target").asText().equals("/ named")));
        assertThat(replica.log()).doesNotContain(token);
    }

    @Test
    void a_stream_is_a_session_too() {
        StreamClient stream = replica.stream("/rooms/streamed", "Accept", "text/event-stream");
        String id = idOfWhoJoined("streamed");
        stream.close();
        awaitLife(id, "connected", "joined streamed", "closed 1006 connection_lost, in 1");
    }

    @Test
    void the_upgrade_of_a_socket_io_client_is_logged() {
        SocketIoClient ann = SocketIoClient.connect(replica, "/", "polling,websocket");
        String id = ann.id();
        ann.emitWithAck("join", "both");
        SocketClient.await().untilAsserted(
                () -> assertThat(life(id)).containsExactlyInAnyOrder("connected", "joined both", "upgraded to websocket"));
        ann.emit("said", 1);
        ann.awaitReceived("said 1");
        ann.close();
        SocketClient.await().untilAsserted(() -> assertThat(life(id)).hasSize(4).endsWith("closed 1000 normal, in 1"));
    }

    @Test
    void a_client_that_is_silent_is_closed_in_one_line() throws Exception {
        try (RawSocket silent = RawSocket.connect(replica.port(), "/rooms/silent")) {
            awaitLife(idOfWhoJoined("silent"), "connected", "joined silent", "closed 4408 heartbeat_timeout, in 1");
            assertThat(silent.read()).isNotNull();
        }
    }

    @Test
    void a_client_that_does_not_read_is_closed_in_one_line() throws Exception {
        try (RawSocket slow = RawSocket.connect(replica.port(), "/rooms/slow")) {
            String id = idOfWhoJoined("slow");
            byte[] large = new byte[900_000];
            // The kernel's buffers for the connection are larger than the send queue.
            for (int i = 0; i < 50 && life(id).size() == 2; i++) {
                replica.post("/rooms/slow", "application/octet-stream", large);
            }
            awaitLife(id, "connected", "joined slow", "closed 4409 slow_consumer, in 1");
            assertThat(slow.read()).isNotNull();
        }
    }

    @Test
    void clients_that_are_connected_at_the_stop_have_a_line_each() {
        Replica stopping = Replica.start(SETTINGS);
        List<SessionClient> clients = Stream.generate(stopping::session).limit(10).toList();
        assertThat(stopping.terminate()).isZero();
        assertThat(clients).allSatisfy(client -> assertThat(life(stopping, client.id())).containsExactly("connected",
                "suspended 1001 going_away, in 0"));
    }

    private static String idOfWhoJoined(String room) {
        SocketClient.await().until(() -> entries().anyMatch(entry -> entry.path("mdc").path("room").asText().equals(room)));
        return entries().filter(entry -> entry.path("mdc").path("room").asText().equals(room))
                .map(entry -> entry.path("mdc").path("session").asText()).findFirst().orElseThrow();
    }

    private static void awaitLife(String session, String... steps) {
        SocketClient.await().untilAsserted(() -> assertThat(life(session)).containsExactly(steps));
    }

    private static List<String> life(String session) {
        return life(replica, session);
    }

    private static List<String> life(Replica replica, String session) {
        return entries(replica).filter(entry -> entry.path("mdc").path("session").asText().equals(session))
                .map(entry -> step(entry.path("mdc"))).toList();
    }

    private static String step(JsonNode fields) {
        String event = fields.path("event").asText();
        return switch (event) {
            case "joined", "left" -> event + " " + fields.path("room").asText();
            case "upgraded" -> event + " to " + fields.path("carrier").asText();
            case "resumed" -> event + " from " + fields.path("former").asText();
            case "closed", "suspended" -> event + " " + fields.path("code").asText() + " " + fields.path("reason").asText()
                    + ", in " + fields.path("rooms").asText();
            default -> event;
        };
    }

    private static boolean isNoLife(JsonNode entry) {
        return !entry.path("loggerName").asText().equals("dev.atrium.life");
    }

    private static Stream<JsonNode> entries() {
        return entries(replica);
    }

    private static Stream<JsonNode> entries(String session) {
        return entries().filter(entry -> entry.path("mdc").path("session").asText().equals(session));
    }

    private static Stream<JsonNode> entries(Replica replica) {
        String log = replica.log();
        // The last line may be incomplete.
        return log.substring(0, log.lastIndexOf('\n') + 1).lines().filter(line -> line.startsWith("{"))
                .map(SessionClient::json);
    }
}
