package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.fixture.StreamClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Unmodified official Java client over each transport, and replies to clients that violate the protocol. */
class SocketIoIT {

    private static final String BOTH = "polling,websocket";
    private static final String WEBSOCKET = "/socket.io/?EIO=4&transport=websocket";

    private static final Map<String, String> STRICT = Map.of("atrium.socketio.namespaces", "/,/custom*",
            "atrium.socketio.relay", "false", "atrium.socketio.connect-timeout", "4s",
            "quarkus.http.cors.enabled", "true", "quarkus.http.cors.origins", "https://app.example");

    @AutoClose
    private static final SharedReplicas SHARED = new SharedReplicas();
    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start(Map.of("atrium.engineio.max-payload", "2M", "quarkus.http.limits.max-body-size", "2M"));
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @ParameterizedTest
    @ValueSource(strings = { "polling", "websocket", BOTH })
    void a_message_of_one_client_reaches_all_others_in_the_room(String transports) {
        String room = "all-" + transports.replace(',', '-');
        try (SocketIoClient client = SocketIoClient.connect(replica, "/", transports);
                SocketIoClient other = SocketIoClient.connect(replica, "/", "websocket");
                SocketClient plain = replica.plain("/rooms/" + room);
                SessionClient session = replica.session();
                StreamClient stream = replica.stream("/rooms/" + room, "Accept", "application/x-ndjson")) {
            assertThat(client.emitWithAck("join", room)).contains("\"code\":200", "\"room\":\"" + room + "\"", "\"epoch\":",
                    "\"offset\":0",
                    "\"recovered\":false");
            other.emitWithAck("join", room);
            session.join(room);

            client.emit("chat", "from the client");
            other.emit("send", room, "chat", "from the other");
            plain.text("from the plain one");
            session.call("send", "{\"room\":\"" + room + "\",\"data\":\"from the session\"}");
            replica.post("/rooms/" + room, "from curl");

            for (SocketIoClient each : List.of(client, other)) {
                each.awaitReceived("chat from the client", "chat from the other", "message from the plain one",
                        "message from the session", "message from curl");
            }
            SocketClient.await().untilAsserted(() -> assertThat(plain.received()).contains("from the client", "from the other",
                    "from the session", "from curl"));
            SocketClient.await().untilAsserted(() -> assertThat(String.join("", session.received()))
                    .contains("from the client", "from the other", "from the plain one", "from curl"));
            SocketClient.await().untilAsserted(() -> assertThat(String.join("", stream.lines()))
                    .contains("from the client", "from the other", "from the plain one", "from the session"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "polling", "websocket", BOTH })
    void values_arrive_as_they_were_sent(String transports) throws JSONException {
        try (SocketIoClient client = SocketIoClient.connect(replica, "/values", transports)) {
            client.emit("none");
            client.emit("one", new JSONObject().put("a", new JSONArray(List.of(1, 2.5, "x"))));
            client.emit("several", 1, "two", true, JSONObject.NULL);
            client.emit("buffers", new byte[] { 1, 2 }, "between", new byte[] { 3 });
            client.emit("within", new JSONObject().put("file", new byte[] { 4, 5 }));

            client.awaitReceived("none", "one {\"a\":[1,2.5,\"x\"]}", "several 1 two true null", "buffers 0x0102 between 0x03");
            SocketClient.await().until(() -> !client.received("within").isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({ "polling,1", "polling,1000", "polling,1000000", "websocket,1", "websocket,1000000",
            "'polling,websocket',65536" })
    void bytes_of_any_size_go_both_ways(String transports, int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        String room = "bytes-" + size + transports.replace(',', '-');
        try (SocketIoClient client = SocketIoClient.connect(replica, "/", transports)) {
            client.emitWithAck("join", room);
            client.emit("mine", (Object) bytes);
            replica.post("/rooms/" + room, "application/octet-stream", bytes);

            String shown = size > 100 ? size + " bytes, hash " + Arrays.hashCode(bytes)
                    : "0x" + String.format("%02x", bytes[0]);
            client.awaitReceived("mine " + shown, "message " + shown);
        }
    }

    @Test
    void namespaces_share_a_connection_and_nothing_else() {
        try (SocketIoClient one = SocketIoClient.connect(replica, "/one", "websocket")) {
            SocketIoClient two = one.namespace("/two");
            assertThat(one.id()).isNotEqualTo(two.id());

            one.emitWithAck("word", 1);
            two.emitWithAck("word", 2);
            two.awaitReceived("word 2");
            two.disconnect();
            one.emitWithAck("word", 3);

            one.awaitReceived("word 1", "word 3");
            assertThat(one.log()).doesNotContain("word 2");
            assertThat(two.log()).doesNotContain("word 1", "word 3");
        }
    }

    @Test
    void a_client_that_asks_for_metadata_is_sent_the_origin_of_a_message() throws JSONException {
        try (SocketIoClient client = SocketIoClient.connect(URI.create(replica.http("/meta")), "websocket",
                Map.of("meta", "true")).awaitConnected()) {
            client.emitWithAck("join", "told");
            client.emit("said", "word");
            SocketClient.await().until(() -> !client.received("said").isEmpty());

            JSONObject meta = new JSONObject(client.received("said").get(0).substring("said word ".length()));
            assertThat(meta.getString("room")).isEqualTo("told");
            assertThat(meta.getJSONObject("from").getString("id")).isEqualTo(client.id());
            assertThat(meta.getLong("offset")).isEqualTo(1);
            assertThat(meta.getString("epoch")).isNotEmpty();
            assertThat(meta.getLong("at")).isPositive();
        }
    }

    @Test
    void a_message_to_a_session_reaches_it_alone() {
        try (SocketIoClient one = SocketIoClient.connect(replica, "/", "polling");
                SocketIoClient two = SocketIoClient.connect(replica, "/", "websocket")) {
            assertThat(two.emitWithAck("send", one.id(), "whisper", "psst")).contains("\"code\":200");
            one.awaitReceived("whisper psst");
            assertThat(two.received("whisper")).isEmpty();
            assertThat(two.emitWithAck("join", one.id())).contains("\"code\":403");
        }
    }

    @Test
    void a_mistake_is_acknowledged_with_what_was_expected() {
        try (SocketIoClient client = SocketIoClient.connect(replica, "/", "websocket")) {
            assertThat(client.emitWithAck("join")).isEqualTo("{\"code\":400,\"error\":\"room: expected a string\"}");
            assertThat(client.emitWithAck("join", 5)).contains("\"code\":400", "room: expected a string");
            assertThat(client.emitWithAck("join", "x".repeat(300))).contains("\"code\":400", "room: expected at most 255");
            assertThat(client.emitWithAck("send", "room")).contains("\"code\":400", "event: expected");
            assertThat(client.emitWithAck("send", "room", "disconnect")).contains("\"code\":400", "event: disconnect");
            assertThat(client.emitWithAck("@joined", 1)).contains("\"code\":400", "event: names that begin with @");
            assertThat(client.emitWithAck("leave", client.id())).contains("\"code\":400", "cannot leave its own room");
            assertThat(client.emitWithAck("leave", "never-joined")).contains("\"code\":200");
        }
    }

    @Test
    void clients_reconnect_when_the_server_is_back_and_may_after_it_has_stopped() {
        Replica first = Replica.start();
        try (SocketIoClient client = SocketIoClient.connect(first, "/", BOTH)) {
            String id = client.id();
            int port = first.port();
            first.kill();
            client.awaitReceived("@disconnect transport error");
            try (Replica again = Replica.start(Map.of("quarkus.http.port", Integer.toString(port)))) {
                client.awaitConnected();
                assertThat(client.id()).isNotEqualTo(id);
                assertThat(client.emitWithAck("join", "again")).contains("\"code\":200");
                assertThat(again.port()).isEqualTo(port);
                clientsMayReconnectAfterStop(again);
            }
        } finally {
            first.close();
        }
    }

    private static void clientsMayReconnectAfterStop(Replica stopped) {
        try (SocketIoClient polling = SocketIoClient.connect(stopped, "/", "polling");
                SocketClient webSocket = stopped.plain(WEBSOCKET)) {
            webSocket.text("40");
            webSocket.await(2);

            assertThat(stopped.terminate()).isZero();

            SocketClient.await().until(() -> !polling.received("@disconnect").isEmpty());
            assertThat(polling.received("@disconnect"))
                    .allSatisfy(reason -> assertThat(reason).startsWith("@disconnect transport"));
            assertThat(webSocket.awaitClose()).as("without a close frame, which not all stock clients report").isEqualTo(1006);
            assertThat(webSocket.received()).as("no packet after which the client would stay away")
                    .noneMatch(packet -> packet.startsWith("41"));
            assertThat(stopped.log()).doesNotContain("ERROR");
        }
    }

    @Test
    void a_client_that_a_backend_disconnects_is_sent_a_disconnect() {
        try (SocketIoClient client = SocketIoClient.connect(replica, "/", "websocket")) {
            assertThat(replica.request("DELETE", "/sessions/" + client.id()).statusCode()).isEqualTo(204);
            client.awaitReceived("@disconnect io server disconnect");
        }
    }

    @Test
    void members_of_socket_io_are_listed_until_they_go() {
        try (SocketIoClient client = SocketIoClient.connect(replica, "/", "polling")) {
            client.emitWithAck("join", "listed");
            String id = client.id();
            assertThat(replica.get("/rooms/listed/members").body()).contains(id);
            client.disconnect();
            SocketClient.await().until(() -> !replica.get("/rooms/listed/members").body().contains(id));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "4abc", "49", "42[\"before connecting\"]", "43[1]", "41", "44{\"message\":\"no\"}", "40\"s\"",
            "40[]",
            "40null", "40{", "41/never," })
    void an_invalid_packet_before_a_namespace_is_joined_ends_the_connection(String packet) {
        try (SocketClient socket = replica.plain(WEBSOCKET)) {
            socket.text(packet);
            assertThat(socket.awaitClose()).isEqualTo(1005);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "40", "42[]", "42[null]", "42[{}]", "42{}", "42[\"x\"", "42[\"connect\"]", "42[\"disconnecting\"]",
            "42-1[\"x\"]", "421.5[\"x\"]", "42a[\"x\"]", "41{}", "43{}", "42/other,[\"x\"]", "450-[\"x\"]", "4511-[\"x\"]",
            "45[\"x\"]" })
    void an_invalid_packet_ends_the_connection(String packet) {
        try (SocketClient socket = joined()) {
            socket.text(packet);
            assertThat(socket.awaitClose()).isEqualTo(1005);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "42[\"odd\",\"half \\ud83d\"]", "42[\"odd\",1,{\"half\":\"\\ud83d\"}]",
            "42[\"odd\",1e99999999999999]",
            "42[\"odd\",1,{\"number\":1e99999999999999}]", "451-[\"odd\",{\"_placeholder\":1,\"num\":99},1]",
            "451-[\"odd\",{\"_placeholder\":true,\"num\":0},\"\\ud83d\",1e99999999999999]" })
    void odd_json_reaches_every_client_and_disconnects_none(String packet) {
        String room = "odd-" + Integer.toHexString(packet.hashCode());
        try (SocketClient socket = joined();
                SessionClient session = replica.session();
                SocketClient plain = replica.plain("/rooms/" + room);
                StreamClient stream = replica.stream("/rooms/" + room, "Accept", "application/x-ndjson")) {
            session.join(room);
            socket.text("421[\"join\",\"" + room + "\"]");
            socket.await(3);

            socket.text(packet);
            if (packet.startsWith("45")) {
                socket.binary((byte) 1);
            }
            socket.text("42[\"odd\",\"and on\"]");

            assertThat(session.pushes("odd", 2)).hasSize(2);
            assertThat(plain.await(2)).hasSize(2).last().isEqualTo("and on");
            SocketClient.await().untilAsserted(() -> assertThat(String.join("", stream.lines())).contains("and on"));
            assertThat(replica.get("/rooms/" + room + "/messages").body()).contains("and on", "\"offset\":1}");
            assertThat(socket.isOpen()).isTrue();
            assertThat(replica.log()).doesNotContain("ERROR");
        }
    }

    @Test
    void half_a_character_arrives_as_it_was_sent_whichever_client_sends_it() {
        String half = "\"a\\ud83d\"";
        String path = "/rooms/half";
        try (SessionClient session = replica.session();
                SocketClient plain = replica.plain(path);
                StreamClient stream = replica.stream(path, "Accept", "application/x-ndjson");
                SocketIoClient socket = SocketIoClient.connect(replica, "/", "websocket")) {
            session.join("half");
            assertThat(socket.emitWithAck("join", "half")).contains("\"code\":200");
            assertThat(session.call("send", "{\"room\":\"half\",\"data\":" + half + "}").path("code").asInt()).isEqualTo(200);
            assertThat(replica.post(path, "application/json", half.getBytes(StandardCharsets.UTF_8)).statusCode())
                    .isEqualTo(201);
            assertThat(replica.post(path, "application/json", ("[" + half + "]").getBytes(StandardCharsets.UTF_8)).statusCode())
                    .isEqualTo(201);
            assertThat(session.call("send", "{\"room\":\"half\",\"event\":\"a\\ud83d\",\"data\":1}").path("error").asText())
                    .startsWith("event: expected whole characters");
            assertThat(session.call("send", "{\"room\":\"half\",\"event\":\"a\\nb\",\"data\":1}").path("error").asText())
                    .startsWith("event: expected printable characters");
            assertThat(replica.post(path + "?event=a%0Ab", "x").body()).contains("event: expected printable characters");
            assertThat(socket.emitWithAck("a\nb", "x")).contains("event: expected printable characters");
            plain.awaitExactly(half, half, "[" + half + "]");
            assertThat(session.pushes("message", 3).get(0).path("data").asText()).isEqualTo("a\uD83D");
            SocketClient.await().untilAsserted(() -> assertThat(String.join("\n", stream.lines()))
                    .contains("\"data\":" + half, "\"data\":[" + half + "]"));
        }
    }

    @Test
    void attachments_come_right_after_their_packet_and_only_then() {
        try (SocketClient text = joined(); SocketClient stray = joined(); SocketClient missing = joined()) {
            text.text("451-[\"x\",{\"_placeholder\":true,\"num\":0}]");
            text.text("42[\"y\"]");
            assertThat(text.awaitClose()).isEqualTo(1005);
            stray.binary((byte) 1);
            assertThat(stray.awaitClose()).isEqualTo(1005);
            missing.text("451-[\"x\",{\"_placeholder\":true,\"num\":1}]");
            missing.binary((byte) 1);
            assertThat(missing.awaitClose()).isEqualTo(1005);
        }
    }

    @Test
    void an_event_that_is_more_than_the_server_accepts_is_refused_and_the_connection_stays() {
        String deep = "[\"x\"," + "[".repeat(200) + "]".repeat(200) + "]";
        try (SocketClient socket = joined()) {
            socket.text("42" + deep);
            socket.text("4399" + deep);
            socket.text("421" + deep);
            socket.text("422[\"x\",{\"" + "k".repeat(50_001) + "\":1}]");
            socket.text("451-3[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]");
            socket.binary((byte) 1);
            socket.text("424[\"join\",\"still-here\"]");
            SocketClient.await().untilAsserted(() -> assertThat(socket.received()).filteredOn(packet -> packet.startsWith("43"))
                    .hasSize(4).satisfiesExactly(
                            packet -> assertThat(packet).startsWith("431[{\"code\":400,\"error\":\"arguments: "),
                            packet -> assertThat(packet).startsWith("432[{\"code\":400,\"error\":\"arguments: "),
                            packet -> assertThat(packet).startsWith("433[{\"code\":400,\"error\":\"arguments: "),
                            packet -> assertThat(packet).startsWith("434[{\"code\":200")));
            assertThat(replica.log()).doesNotContain("ERROR");
        }
    }

    @Test
    void events_without_a_payload_and_acks_that_no_caller_waits_for_are_ignored() {
        try (SocketClient socket = joined()) {
            for (String packet : List.of("42", "420", "43", "4399[1]")) {
                socket.text(packet);
            }
            socket.text("421[1,\"still here\"]");
            assertThat(socket.await(4)).anySatisfy(packet -> assertThat(packet).isEqualTo("42[\"1\",\"still here\"]"));
        }
    }

    @Test
    void a_namespace_that_has_no_name_is_refused_and_the_connection_stays() {
        try (SocketClient socket = joined()) {
            socket.text("40/custom?x=1,");
            assertThat(socket.await(3).get(2)).isEqualTo("44/custom?x=1,{\"message\":\"Invalid namespace\"}");
            socket.text("40/custom,");
            assertThat(socket.await(4).get(3)).startsWith("40/custom,{\"sid\":\"~");
            socket.text("41/custom,");
            socket.text("40/custom");
            assertThat(socket.await(5).get(4)).startsWith("40/custom,{\"sid\":\"~");
        }
    }

    /** The server may end a namespace while packets for it are on their way: the other namespaces of the connection go on. */
    @Test
    void packets_for_a_namespace_that_has_ended_are_ignored_and_the_connection_stays() {
        try (SocketClient socket = joined()) {
            socket.text("40/ended,");
            String connected = socket.await(3).get(2);
            String id = connected.substring(connected.indexOf('~'), connected.lastIndexOf('"'));
            assertThat(replica.request("DELETE", "/sessions/" + id + "?ns=/ended").statusCode()).isEqualTo(204);
            assertThat(socket.await(4).get(3)).isEqualTo("41/ended,");
            socket.text("42/ended,1[\"x\"]");
            socket.text("43/ended,1[]");
            socket.text("451-/ended,[\"x\",{\"_placeholder\":true,\"num\":0}]");
            socket.binary((byte) 1);
            socket.text("41/ended,");
            socket.text("421[\"join\",\"still-here\"]");
            assertThat(socket.await(5).get(4)).startsWith("431[{\"code\":200");
            socket.text("40/ended,");
            assertThat(socket.await(6).get(5)).startsWith("40/ended,{\"sid\":\"~");
        }
    }

    @Test
    void a_client_that_joins_no_namespace_in_time_is_closed() {
        Replica strict = SHARED.with(STRICT);
        try (SocketClient socket = strict.plain(WEBSOCKET);
                SocketClient refused = strict.plain(WEBSOCKET)) {
            refused.text("40/no name,");
            assertThat(socket.awaitClose()).isEqualTo(1005);
            assertThat(refused.awaitClose()).isEqualTo(1005);
        }
    }

    @Test
    void a_client_that_does_not_read_is_closed_and_delays_no_other_client() throws Exception {
        try (Replica small = Replica.start(Map.of("atrium.outbox.limit", "64K"));
                RawSocket slow = RawSocket.connect(small.port(), WEBSOCKET);
                SocketIoClient witness = SocketIoClient.connect(small, "/", "websocket")) {
            String session = "/socket.io/?EIO=4&transport=polling&sid="
                    + small.get("/socket.io/?EIO=4&transport=polling").body().substring(9, 29);
            small.post(session, "40");
            slow.text("40");
            // To the whole namespace, which contains all three clients. Neither of the other two reads it.
            String large = "x".repeat(50_000);
            for (int i = 0; i < 300; i++) {
                assertThat(witness.emitWithAck("large", large)).contains("\"code\":200");
            }
            SocketClient.await().untilAsserted(() -> assertThat(small.metric(
                    "atrium_connections_closed_total{reason=\"slow_consumer\",transport=\"socketio\"}")).isEqualTo(2));
            assertThat(small.get(session).body()).contains("\"code\":1");
            SocketClient.await().untilAsserted(() -> assertThat(witness.received("large")).hasSize(300));
        }
    }

    @Test
    void namespaces_that_are_not_on_the_list_are_refused() {
        try (SocketClient socket = SHARED.with(STRICT).plain(WEBSOCKET)) {
            socket.text("40/random");
            assertThat(socket.await(2).get(1)).isEqualTo("44/random,{\"message\":\"Invalid namespace\"}");
            socket.text("40/custom-1");
            assertThat(socket.await(3).get(2)).startsWith("40/custom-1,{\"sid\"");
            socket.text("40");
            assertThat(socket.await(4).get(3)).startsWith("40{\"sid\"");
        }
    }

    @Test
    void a_page_of_another_origin_may_poll_where_the_settings_let_it() {
        Replica open = SHARED.with(STRICT);
        String path = "/socket.io/?EIO=4&transport=polling";
        open.given().header("Origin", "https://app.example").get(path).then()
                .header("access-control-allow-origin", "https://app.example");
        open.given().header("Origin", "https://app.example").header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type").options(path).then()
                .statusCode(both(greaterThanOrEqualTo(200)).and(lessThanOrEqualTo(204)))
                .header("access-control-allow-origin", "https://app.example");
        open.given().header("Origin", "https://evil.example").get(path).then().statusCode(403);
        open.given().header("Origin", "https://app.example").get(path.replace("EIO=4", "EIO=3")).then()
                .header("access-control-allow-origin", "https://app.example");
    }

    @Test
    void connected_clients_are_counted() {
        String plain = "atrium_connections{transport=\"socketio\"}";
        String polling = "atrium_engineio_connections{transport=\"polling\"}";
        double before = replica.metric(polling);
        try (SocketIoClient client = SocketIoClient.connect(replica, "/", "polling")) {
            assertThat(client.id()).isNotEmpty();
            assertThat(replica.metric(polling)).isEqualTo(before + 1);
            assertThat(replica.metric(plain)).isPositive();
        }
        SocketClient.await().until(() -> replica.metric(polling) == before);
    }

    @Test
    void without_relay_only_what_has_a_meaning_is_taken() {
        try (SocketIoClient client = SocketIoClient.connect(SHARED.with(STRICT), "/", "websocket")) {
            assertThat(client.emitWithAck("chat", "hi")).contains("\"code\":404");
            assertThat(client.emitWithAck("send", "lobby", "chat", "hi")).contains("\"code\":200");
        }
    }

    /** Client in the main namespace that has received the two packets of its handshake. */
    private static SocketClient joined() {
        SocketClient socket = replica.plain(WEBSOCKET);
        socket.text("40");
        socket.await(2);
        return socket;
    }
}
