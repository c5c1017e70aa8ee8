package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.Nginx;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Socket.IO clients on two replicas, with requests that may reach either replica. */
class RedisSocketIoIT {

    private static final String POLLING = "/socket.io/?EIO=4&transport=polling";

    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.overRedis(2, Map.of("atrium.redis.lease", "3s"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void each_client_receives_from_all_others_whatever_their_protocol_and_replica() {
        try (Nginx nginx = Nginx.before(here(), elsewhere());
                SocketIoClient polling = client(nginx, "polling");
                SocketIoClient webSocket = client(nginx, "websocket");
                SocketIoClient upgraded = client(nginx, "polling,websocket");
                SocketClient plain = SocketClient.connect(URI.create(nginx.http("/rooms/mixed").replace("http", "ws")));
                SessionClient session = here().session()) {
            List<SocketIoClient> clients = List.of(polling, webSocket, upgraded);
            clients.forEach(client -> assertThat(client.emitWithAck("join", "mixed")).contains("\"code\":200"));
            session.join("mixed");

            polling.emit("chat", "from polling");
            webSocket.emit("chat", "from websocket");
            upgraded.emit("chat", "from both", 2);
            plain.text("from plain");
            session.call("send", "{\"room\":\"mixed\",\"data\":\"from session\"}");
            elsewhere().post("/rooms/mixed", "from curl");

            clients.forEach(client -> client.awaitReceived("chat from polling", "chat from websocket", "chat from both 2",
                    "message from plain", "message from session", "message from curl"));
            SocketClient.await().untilAsserted(() -> assertThat(plain.received()).contains("from polling", "from websocket",
                    "[\"from both\",2]", "from session", "from curl"));
            SocketClient.await().untilAsserted(() -> assertThat(String.join("", session.received())).contains("from polling",
                    "from websocket", "[\"from both\",2]", "from plain", "from curl"));
        }
    }

    @Test
    void a_packet_that_comes_with_a_forwarded_handshake_is_forwarded_too() throws IOException {
        String sid = here().get(POLLING).body().replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1");
        byte[] probe = RawSocket.masked(0x81, "2probe".getBytes(StandardCharsets.UTF_8));
        // More than one line of HTTP, in which the packets would be sought otherwise.
        byte[] pongs = RawSocket.masked(0x8A, new byte[100]);
        ByteArrayOutputStream early = new ByteArrayOutputStream();
        for (int i = 0; i < 100; i++) {
            early.writeBytes(pongs);
        }
        early.writeBytes(probe);
        try (RawSocket socket = RawSocket.open(elsewhere().port(),
                "GET " + POLLING.replace("polling", "websocket") + "&sid=" + sid + " HTTP/1.1\r\n" + RawSocket.HANDSHAKE,
                early.toByteArray())) {
            assertThat(socket.status()).isEqualTo(101);
            assertThat(socket.read().text()).isEqualTo("3probe");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "polling", "polling,websocket" })
    void bytes_pass_from_replica_to_replica(String transports) {
        byte[] bytes = new byte[100_000];
        try (Nginx nginx = Nginx.before(here(), elsewhere()); SocketIoClient client = client(nginx, transports)) {
            String room = "bytes-" + transports.replace(',', '-');
            client.emitWithAck("join", room);
            client.emit("photo", "name", bytes);
            client.awaitReceived("photo name 100000 bytes, hash " + java.util.Arrays.hashCode(bytes));
        }
    }

    @Test
    void a_request_reaches_the_owner_of_its_connection() {
        String session = session(here());

        assertThat(elsewhere().post(session, "40").body()).isEqualTo("ok");
        assertThat(elsewhere().get(session).body()).startsWith("40{\"sid\":\"~");
        assertThat(here().post(session, "42[\"said\",1]").body()).isEqualTo("ok");
        assertThat(elsewhere().get(session).body()).isEqualTo("42[\"said\",1]");
        try (SocketClient socket = elsewhere().plain(session.replace("polling", "websocket"))) {
            socket.text("2probe");
            assertThat(socket.await(1)).containsExactly("3probe");
            socket.text("5");
            socket.text("42[\"said\",2]");
            assertThat(socket.await(2).get(1)).isEqualTo("42[\"said\",2]");
            socket.text("1");
            assertThat(socket.awaitClose()).isEqualTo(1005);
        }
    }

    @Test
    void a_connection_that_no_replica_owns_is_unknown_everywhere() {
        String unknown = POLLING + "&sid=" + "n".repeat(20);
        assertThat(here().get(unknown).body()).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
        String gone = session(here()).replaceAll("...$", "---");
        assertThat(elsewhere().get(gone).body()).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
        assertThat(elsewhere().request("GET", session(here()), "Atrium-Forwarded", "x").body())
                .as("forwarded once already").isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
    }

    @Test
    void requests_for_connections_that_another_replica_does_not_have_are_limited() {
        Map<String, String> settings = new HashMap<>(thirdSettings());
        settings.put("atrium.limits.messages", "1");
        try (Replica third = Replica.start(settings)) {
            String session = session(here());
            String unknown = session.replaceAll("...$", "---");
            for (int i = 0; i < 20; i++) {
                assertThat(third.post(session, "3").body()).isEqualTo("ok");
            }
            SocketClient.await().pollInterval(Duration.ZERO).until(() -> third.get(unknown).statusCode() == 429);
            assertThat(third.post(session, "3").body()).as("a connection has limits of its own").isEqualTo("ok");
            assertThat(third.post(session, "1").body()).isEqualTo("ok");
            SocketClient.await().pollInterval(Duration.ZERO).until(() -> third.get(session).statusCode() == 429);
        }
    }

    @Test
    void the_connections_of_a_replica_that_was_killed_are_unknown_at_once_also_to_a_poll_that_waits_there() {
        try (Replica third = third()) {
            String session = session(third);
            elsewhere().post(session, "40");
            String waiting = session(third);
            elsewhere().post(waiting, "40");
            assertThat(elsewhere().get(waiting).body()).startsWith("40{");
            CompletableFuture<String> poll = CompletableFuture.supplyAsync(() -> elsewhere().get(waiting).body());
            // Longer than a request needs to arrive; a later one would get the same response.
            Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> !poll.isDone());

            third.kill();

            assertThat(elsewhere().get(session).body()).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
            assertThat(here().post(session, "3").body()).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
            assertThat(poll).succeedsWithin(Duration.ofSeconds(10))
                    .isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
        }
    }

    @Test
    void the_answer_of_a_poll_is_repeated_if_the_replica_that_had_forwarded_it_is_gone() throws Exception {
        String session = joined();
        try (Replica third = third(); Socket poll = asks(third, session + "&t=P1a2b3c")) {
            third.signal("STOP");
            here().post(session, "42[\"said\",1]");
            // Longer than the owner needs to send the packet to the replica that no longer forwards it.
            Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            third.kill();
        }
        assertThat(elsewhere().get(session + "&t=P1a2b3c").body()).isEqualTo("42[\"said\",1]");
        here().post(session, "42[\"said\",2]");
        assertThat(elsewhere().get(session + "&t=P1a2b3d").body()).isEqualTo("42[\"said\",2]");
    }

    @Test
    void a_client_polls_elsewhere_if_the_replica_that_had_forwarded_its_poll_is_killed() throws Exception {
        String session = joined();
        try (Replica third = third(); Socket poll = asks(third, session + "&t=P1a2b3c")) {
            third.kill();
        }
        CompletableFuture<String> again = CompletableFuture.supplyAsync(() -> elsewhere().get(session + "&t=P1a2b3c").body());
        // Longer than the server waits for a client that is gone.
        Awaitility.await().pollDelay(Duration.ofMillis(1_500)).until(() -> !again.isDone());
        here().post(session, "42[\"said\",1]");
        assertThat(again).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("42[\"said\",1]");
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void the_answer_of_a_poll_is_repeated_if_its_connection_ends_before_the_client_has_it(boolean forwarded) throws Exception {
        String session = joined();
        Replica asked = forwarded ? elsewhere() : here();
        try (Socket poll = asks(asked, session + "&t=P1a2b3c")) {
            here().post(session, "42[\"said\",1]");
            // The answer is there, and the client's side closes without having read it.
            Awaitility.await().until(() -> poll.getInputStream().available() > 0);
        }
        here().post(session, "42[\"said\",2]");
        assertThat(asked.get(session + "&t=P1a2b3c").body()).isEqualTo("42[\"said\",1]");
        assertThat(elsewhere().get(session + "&t=P1a2b3d").body()).isEqualTo("42[\"said\",2]");
    }

    @Test
    void polls_that_carry_the_same_second_are_two() {
        String session = joined() + "&t=1700000000";
        here().post(session, "42[\"said\",1]");
        assertThat(elsewhere().get(session).body()).isEqualTo("42[\"said\",1]");
        here().post(session, "42[\"said\",2]");
        assertThat(here().get(session).body()).isEqualTo("42[\"said\",2]");
    }

    @Test
    void a_replica_that_ends_sends_the_polls_elsewhere_that_it_forwards_and_cuts_the_websockets() {
        String session = joined();
        String changing = joined();
        try (Replica third = third(); SocketClient socket = third.plain(changing.replace("polling", "websocket"))) {
            CompletableFuture<String> poll = CompletableFuture.supplyAsync(() -> third.get(session + "&t=P1a2b3c").body());
            socket.text("2probe");
            assertThat(socket.await(1)).containsExactly("3probe");
            Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> !poll.isDone());

            assertThat(third.terminate()).isZero();

            assertThat(poll).succeedsWithin(Duration.ofSeconds(1)).isEqualTo("6");
            assertThat(third.log()).doesNotContain("WARN  [io.").doesNotContain("ERROR").doesNotContain("are cut");
        }
        here().post(session, "42[\"said\",1]");
        assertThat(elsewhere().get(session + "&t=P1a2b3d").body()).isEqualTo("42[\"said\",1]");
    }

    @Test
    void a_replica_that_others_cannot_reach_is_named_once() {
        Map<String, String> settings = new HashMap<>(thirdSettings());
        // Reserved for documentation: nothing answers there.
        settings.put("atrium.replica.host", "192.0.2.1");
        try (Replica third = Replica.start(settings)) {
            for (int i = 0; i < 3; i++) {
                assertThat(elsewhere().get(session(third)).body()).isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
            }
            assertThat(elsewhere().log()).containsOnlyOnce("cannot be reached at 192.0.2.1:" + third.port());
        }
    }

    @Test
    void a_client_that_cancels_its_poll_elsewhere_is_gone_at_once() throws Exception {
        String session = session(here());
        asks(elsewhere(), session).close();
        SocketClient.await().untilAsserted(() -> assertThat(here().post(session, "3").body()).contains("\"code\":1"));
    }

    @Test
    void while_redis_is_away_clients_stay_connected_and_are_sent_errors() {
        try (Cluster own = Cluster.overRedis(1, Map.of());
                SocketIoClient polling = SocketIoClient.connect(own.replica(0), "/", "polling");
                SocketIoClient webSocket = SocketIoClient.connect(own.replica(0), "/", "websocket")) {
            List<SocketIoClient> clients = List.of(polling, webSocket);
            clients.forEach(client -> client.emitWithAck("join", "there"));

            own.redis().stop();

            for (SocketIoClient client : clients) {
                assertThat(client.emitWithAck("join", "new-" + client.id().hashCode())).contains("\"code\":503");
                assertThat(client.emitWithAck("word", "lost")).contains("\"code\":503");
            }
            own.redis().resume();
            SocketClient.await().untilAsserted(() -> assertThat(polling.emitWithAck("word", "again")).contains("\"code\":200"));
            clients.forEach(client -> client.awaitReceived("word again"));
            clients.forEach(
                    client -> assertThat(client.log()).doesNotContain("word lost").filteredOn("@connect"::equals).hasSize(1));
        }
    }

    private static Replica here() {
        return cluster.replica(0);
    }

    private static Replica elsewhere() {
        return cluster.replica(1);
    }

    private static Replica third() {
        return Replica.start(thirdSettings());
    }

    private static Map<String, String> thirdSettings() {
        return Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", cluster.redis().url(), "atrium.redis.lease", "3s",
                "atrium.drain.delay", "0s", "atrium.drain.window", "1s");
    }

    /** Path of a session on the first replica that has joined the namespace. */
    private static String joined() {
        String session = session(here());
        here().post(session, "40");
        assertThat(here().get(session).body()).startsWith("40{");
        return session;
    }

    /** Sends a poll, and returns once it is pending. */
    private static Socket asks(Replica replica, String path) throws IOException {
        Socket poll = new Socket("127.0.0.1", replica.port());
        poll.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes());
        Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
        return poll;
    }

    private static SocketIoClient client(Nginx nginx, String transports) {
        return SocketIoClient.connect(URI.create(nginx.http("/")), transports, Map.of()).awaitConnected();
    }

    private static String session(Replica replica) {
        String open = replica.get(POLLING).body();
        return POLLING + "&sid=" + open.substring(9, 29);
    }
}
