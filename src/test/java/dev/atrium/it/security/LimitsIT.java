package dev.atrium.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.fixture.StreamClient;
import dev.atrium.it.fixture.Tokens;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Limits of one client and of all clients together. */
class LimitsIT {

    private static final Map<String, String> CONNECTIONS = limits("atrium.limits.connections", "2");
    private static final Map<String, String> PER_ADDRESS = limits("atrium.limits.connections-per-address", "1",
            "atrium.trusted-proxies", "127.0.0.0/8,10.0.0.0/8");
    private static final Map<String, String> USERS = Tokens.required(Map.of("atrium.limits.connections-per-user", "2",
            "atrium.limits.messages", "5", "atrium.trusted-proxies", "127.0.0.0/8"));
    private static final Map<String, String> MANY_MESSAGES = limits("atrium.limits.messages", "10", "atrium.trusted-proxies",
            "127.0.0.0/8");
    private static final Map<String, String> FEW_MESSAGES = limits("atrium.limits.messages", "2", "atrium.trusted-proxies",
            "127.0.0.0/8");
    private static final Map<String, String> BYTES = limits("atrium.limits.messages", "4", "atrium.limits.bytes", "1K");
    private static final Map<String, String> ROOMS = limits("atrium.limits.rooms", "2", "atrium.limits.room-name", "6",
            "atrium.limits.members-page", "1");

    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    @AutoClose
    private static final SharedReplicas SHARED = new SharedReplicas();

    private static Map<String, String> limits(String... settings) {
        Map<String, String> map = new HashMap<>(Map.of("atrium.limits.messages", "", "atrium.limits.bytes", ""));
        for (int i = 0; i < settings.length; i += 2) {
            map.put(settings[i], settings[i + 1]);
        }
        return map;
    }

    private static double denied(Replica replica, String limit) {
        return replica.metric("atrium_denied_total{detail=\"" + limit + "\",kind=\"limit\"}");
    }

    private static void awaitDenied(Replica replica, String limit) {
        awaitDenied(replica, limit, 0);
    }

    /** @param before number of those that were denied by an earlier test */
    private static void awaitDenied(Replica replica, String limit, double before) {
        SocketClient.await().until(() -> denied(replica, limit) > before);
    }

    private static void awaitEmpty(Replica replica) {
        SocketClient.await().until(() -> replica.metric("atrium_connections_admitted") == 0);
    }

    /** A new address for each client, because one that was closed for flooding has to stay away for a while. */
    private static String newAddress() {
        return "203.0.113." + ADDRESSES.incrementAndGet();
    }

    private static SessionClient session(Replica replica, String address) {
        return SessionClient.connect(replica.ws("/ws"), Map.of("X-Forwarded-For", address));
    }

    private static SocketIoClient socketIo(Replica replica) {
        return SocketIoClient.connect(replica, "websocket", "X-Forwarded-For", newAddress());
    }

    private static RawSocket raw(Replica replica, String path, String address) throws IOException {
        return RawSocket.connect(replica.port(), path, "X-Forwarded-For: " + address + "\r\n");
    }

    private static void assertRefused(RawSocket socket, int status) throws IOException {
        assertThat(socket.status()).isEqualTo(status);
        assertThat(socket.response().toLowerCase()).contains("retry-after: 1").contains("application/problem+json");
    }

    @Test
    void a_full_replica_refuses_handshakes_of_every_kind_until_a_client_disconnects() throws IOException {
        Replica replica = SHARED.with(CONNECTIONS);
        awaitEmpty(replica);
        double before = denied(replica, "connections");
        try (RawSocket first = RawSocket.connect(replica.port(), "/ws");
                StreamClient second = replica.stream("/rooms/x", "Accept", "text/event-stream");
                RawSocket third = RawSocket.connect(replica.port(), "/rooms/x")) {
            assertThat(first.status()).isEqualTo(101);
            assertThat(second.status()).isEqualTo(200);
            assertRefused(third, 503);
            assertThat(replica.get("/socket.io/?EIO=4&transport=polling").statusCode()).isEqualTo(503);
            assertThat(replica.request("GET", "/rooms/x", "Accept", "application/x-ndjson").statusCode()).isEqualTo(503);
            assertThat(replica.request("GET", "/rooms/x", "Accept", "text/event-stream").body()).startsWith("retry: ");
            for (String path : List.of("/rooms/x", "/rooms")) {
                assertThat(replica.get(path).statusCode()).as("requests that are no connection").isEqualTo(200);
            }
            assertThat(replica.get("/rooms?connect=true").statusCode()).isEqualTo(503);
            awaitDenied(replica, "connections", before);
        }
        awaitEmpty(replica);
        assertThat(replica.get("/rooms?connect=true").statusCode()).isEqualTo(200);
        try (RawSocket socket = RawSocket.connect(replica.port(), "/ws")) {
            assertThat(socket.status()).isEqualTo(101);
        }
    }

    @Test
    void an_address_has_so_many_connections_behind_a_trusted_proxy() throws IOException {
        Replica replica = SHARED.with(PER_ADDRESS);
        awaitEmpty(replica);
        double before = denied(replica, "connections_per_address");
        String ann = "X-Forwarded-For: 9.9.9.9, 203.0.113.1, 10.1.1.1\r\n";
        String annAgain = "X-Forwarded-For: 8.8.8.8, 203.0.113.1\r\n";
        String bob = "X-Forwarded-For: 203.0.113.1, 203.0.113.2\r\n";
        String network = "X-Forwarded-For: 2001:db8:1:2:3::4\r\n";
        String sameNetwork = "X-Forwarded-For: 2001:db8:1:2::9\r\n";
        try (RawSocket first = RawSocket.connect(replica.port(), "/ws", ann);
                RawSocket second = RawSocket.connect(replica.port(), "/ws", annAgain);
                RawSocket third = RawSocket.connect(replica.port(), "/ws", bob);
                RawSocket fourth = RawSocket.connect(replica.port(), "/ws", network);
                RawSocket fifth = RawSocket.connect(replica.port(), "/ws", sameNetwork)) {
            assertThat(first.status()).isEqualTo(101);
            assertRefused(second, 429);
            assertThat(third.status()).isEqualTo(101);
            assertThat(fourth.status()).isEqualTo(101);
            assertRefused(fifth, 429);
            awaitDenied(replica, "connections_per_address", before);
        }
    }

    @Test
    void a_header_of_an_unknown_proxy_is_ignored_and_the_address_of_the_proxy_is_not_limited() throws IOException {
        try (Replica replica = Replica.start(limits("atrium.limits.connections-per-address", "1"))) {
            try (RawSocket first = RawSocket.connect(replica.port(), "/ws", "X-Forwarded-For: 203.0.113.1\r\n");
                    RawSocket second = RawSocket.connect(replica.port(), "/ws", "X-Forwarded-For: 203.0.113.1\r\n");
                    RawSocket third = RawSocket.connect(replica.port(), "/ws");
                    RawSocket fourth = RawSocket.connect(replica.port(), "/ws")) {
                assertThat(List.of(first.status(), second.status(), third.status(), fourth.status())).containsExactly(101, 101,
                        101, 429);
            }
            assertThat(replica.log()).containsOnlyOnce("not in atrium.trusted-proxies");
        }
    }

    @Test
    void a_user_has_so_many_sessions() throws IOException {
        Replica replica = SHARED.with(USERS);
        String token = Tokens.of("ann", "lobby:join");
        String header = "Authorization: Bearer " + token + "\r\n";
        try (RawSocket first = RawSocket.connect(replica.port(), "/ws", header);
                RawSocket second = RawSocket.connect(replica.port(), "/rooms/lobby", header);
                RawSocket third = RawSocket.connect(replica.port(), "/ws", header);
                SessionClient fourth = replica.session()) {
            assertThat(first.read().text()).contains("@welcome");
            assertThat(third.closeCode()).isEqualTo(1013);
            assertThat(fourth.call("auth", "{\"token\":\"" + token + "\"}").path("code").asInt()).isEqualTo(429);
            assertThat(replica
                    .request("GET", "/rooms/lobby", "Accept", "text/event-stream", "Authorization", "Bearer " + token)
                    .statusCode())
                    .isEqualTo(429);
            URI uri = URI.create(replica.http("/"));
            try (SocketIoClient fifth = SocketIoClient.connect(uri, "websocket", Map.of("token", token))) {
                fifth.awaitReceived("@error too many connections of this user {\"code\":429}");
            }
            second.frame(0x88, (byte) 3, (byte) 0xE8);
            SocketClient.await().untilAsserted(() -> {
                try (RawSocket another = RawSocket.connect(replica.port(), "/ws", header)) {
                    assertThat(another.read().text()).contains("@welcome");
                }
            });
        }
    }

    @Test
    void handshakes_beyond_a_rate_come_later() throws IOException {
        try (Replica replica = Replica.start(limits("atrium.limits.handshakes", "5"))) {
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                try (RawSocket socket = RawSocket.connect(replica.port(), "/ws")) {
                    statuses.add(socket.status());
                }
            }
            assertThat(statuses).contains(503).startsWith(101, 101, 101, 101, 101);
            SocketClient.await().untilAsserted(() -> {
                try (RawSocket socket = RawSocket.connect(replica.port(), "/ws")) {
                    assertThat(socket.status()).isEqualTo(101);
                }
            });
            awaitDenied(replica, "handshakes");
        }
    }

    @Test
    void too_many_messages_are_refused_and_a_client_that_continues_is_closed_and_rejected_for_a_while() throws IOException {
        Replica replica = SHARED.with(MANY_MESSAGES);
        String address = newAddress();
        double messages = denied(replica, "messages");
        double penalty = denied(replica, "penalty");
        try (SessionClient witness = session(replica, newAddress())) {
            witness.join("lobby");
            try (SessionClient flood = session(replica, address)) {
                flood.join("lobby");
                for (int i = 0; i < 60; i++) {
                    flood.send("send", "{\"room\":\"lobby\",\"data\":" + i + "}");
                }
                SocketClient.await().until(() -> flood.replies().size() >= 61);
                List<Integer> codes = flood.replies().stream().map(reply -> reply.path("code").asInt()).toList();
                assertThat(codes.subList(0, 50)).containsOnly(200);
                assertThat(codes).contains(429);
                assertThat(flood.isOpen()).as("the client may slow down").isTrue();
                for (int i = 0; i < 200 && flood.isOpen(); i++) {
                    flood.text("garbage");
                }
                assertThat(flood.awaitClose()).isEqualTo(4429);
            }
            try (RawSocket back = raw(replica, "/ws", address)) {
                assertRefused(back, 429);
            }
            assertThat(witness.call("heartbeat", "{}").path("code").asInt()).isEqualTo(200);
            awaitDenied(replica, "messages", messages);
            awaitDenied(replica, "penalty", penalty);
        }
    }

    @Test
    void a_plain_socket_that_sends_too_much_is_closed_at_once() throws IOException {
        try (RawSocket socket = raw(SHARED.with(MANY_MESSAGES), "/rooms/lobby?echo=false", newAddress())) {
            for (int i = 0; i < 60; i++) {
                socket.text("x");
            }
            assertThat(socket.closeCode()).isEqualTo(4429);
        }
    }

    @Test
    void clients_of_socket_io_are_refused_in_the_acknowledgement() {
        try (SocketIoClient client = socketIo(SHARED.with(FEW_MESSAGES))) {
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                answers.add(client.emitWithAck("join", "lobby"));
            }
            assertThat(answers).anyMatch(answer -> answer.contains("\"code\":429"));
        }
    }

    @Test
    void a_command_over_the_limit_is_counted_once_whatever_it_is() {
        Replica replica = SHARED.with(FEW_MESSAGES);
        for (String cmd : List.of("heartbeat", "join", "members", "call", "resume", "file.status", "file.read",
                "unknown")) {
            try (SessionClient client = session(replica, newAddress())) {
                double before = denied(replica, "messages");
                int refused = 0;
                for (int i = 0; i < 24; i++) {
                    int code = client
                            .call(cmd, "{\"room\":\"lobby\",\"name\":\"x\",\"token\":\"x\",\"file\":\"x\",\"index\":0}")
                            .path("code").asInt();
                    refused += code == 429 ? 1 : 0;
                }
                assertThat(refused).as(cmd).isGreaterThan(4);
                assertThat(denied(replica, "messages") - before).as(cmd).isEqualTo(refused);
            }
        }
    }

    @Test
    void bytes_count_too() {
        Replica replica = SHARED.with(BYTES);
        double before = denied(replica, "bytes");
        try (SessionClient client = replica.session()) {
            String kilobyte = "\"" + "x".repeat(1024) + "\"";
            List<Integer> codes = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                codes.add(client.call("send", "{\"room\":\"lobby\",\"data\":" + kilobyte + "}").path("code").asInt());
            }
            assertThat(codes).startsWith(200, 200).contains(429);
            awaitDenied(replica, "bytes", before);
        }
    }

    @Test
    void a_client_of_socket_io_has_the_same_limits_in_all_namespaces_and_when_it_joins_one_again() throws IOException {
        try (RawSocket client = raw(SHARED.with(FEW_MESSAGES), "/socket.io/?EIO=4&transport=websocket", newAddress())) {
            client.text("40");
            for (int i = 0; i < 20; i++) {
                client.text("42[\"join\",\"lobby\"]");
            }
            client.text("41");
            client.text("40");
            client.text("40/chat,");
            client.text("420[\"join\",\"lobby\"]");
            client.text("42/chat,1[\"join\",\"lobby\"]");
            List<String> replies = new ArrayList<>();
            while (replies.size() < 2) {
                String packet = client.read().text();
                if (packet.startsWith("43")) {
                    replies.add(packet);
                }
            }
            assertThat(replies).allSatisfy(reply -> assertThat(reply).contains("\"code\":429"));
        }
    }

    @Test
    void requests_of_one_address_count_together() {
        Replica replica = SHARED.with(FEW_MESSAGES);
        String address = newAddress();
        List<Integer> codes = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            codes.add(replica.given().header("X-Forwarded-For", address).contentType("text/plain").body("x")
                    .post("/rooms/lobby").statusCode());
        }
        assertThat(codes.subList(0, 10)).containsOnly(201);
        assertThat(codes).contains(429);
    }

    @Test
    void a_session_is_in_so_many_rooms() {
        try (SessionClient client = SHARED.with(ROOMS).session()) {
            assertThat(client.join("a").path("code").asInt()).isEqualTo(200);
            assertThat(client.join("b").path("code").asInt()).isEqualTo(200);
            JsonNode refused = client.join("c");
            assertThat(refused.path("code").asInt()).isEqualTo(429);
            assertThat(refused.path("error").asText()).startsWith("room: ");
            assertThat(client.join("a").path("code").asInt()).as("where it is already").isEqualTo(200);
            client.call("leave", "{\"room\":\"a\"}");
            assertThat(client.join("c").path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void names_of_rooms_and_pages_of_members_have_an_end() {
        Replica replica = SHARED.with(ROOMS);
        try (SessionClient client = replica.session(); SessionClient other = replica.session()) {
            assertThat(client.join("sechs!").path("code").asInt()).isEqualTo(200);
            assertThat(client.join("füünf!").path("error").asText()).isEqualTo("room: expected at most 6 bytes of UTF-8");
            assertThat(replica.post("/rooms/siebene", "x").statusCode()).isEqualTo(400);
            client.join("room");
            other.join("room");
            JsonNode page = client.call("members", "{\"room\":\"room\"}").path("body");
            assertThat(page.path("members")).hasSize(1);
            assertThat(page.path("next").asText()).isNotEmpty();
            assertThat(client.call("members", "{\"room\":\"room\",\"limit\":2}").path("code").asInt()).isEqualTo(400);
        }
    }

    @Test
    void a_client_without_a_command_is_closed_if_so_set_and_is_sent_the_commands_that_it_may_send() {
        try (Replica replica = Replica
                .start(limits("atrium.limits.first-command", "300ms", "atrium.websocket.max-message-size", "4K"));
                SessionClient silent = replica.session();
                SessionClient other = replica.session()) {
            assertThat(other.welcome().path("maxPayload").asInt()).isEqualTo(4096);
            other.call("heartbeat", "{}");
            assertThat(silent.awaitClose()).isEqualTo(1008);
            assertThat(other.isOpen()).isTrue();
            awaitDenied(replica, "first_command");
        }
    }

    @Test
    void a_header_in_two_lines_and_an_address_in_two_forms_are_one() throws IOException {
        Replica replica = SHARED.with(PER_ADDRESS);
        awaitEmpty(replica);
        String own = "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 203.0.113.1\r\n";
        String again = "X-Forwarded-For: 8.8.8.8\r\nX-Forwarded-For: ::ffff:203.0.113.1\r\n";
        String other = "X-Forwarded-For: ::ffff:203.0.113.2\r\n";
        try (RawSocket first = RawSocket.connect(replica.port(), "/ws", own);
                RawSocket second = RawSocket.connect(replica.port(), "/ws", again);
                RawSocket third = RawSocket.connect(replica.port(), "/ws", other)) {
            assertThat(List.of(first.status(), second.status(), third.status())).containsExactly(101, 429, 101);
        }
        String port = "X-Forwarded-For: 203.0.113.9:51234\r\n";
        String otherPort = "X-Forwarded-For: 203.0.113.9:51235\r\n";
        String none = "X-Forwarded-For: unknown\r\n";
        try (RawSocket first = RawSocket.connect(replica.port(), "/ws", port);
                RawSocket second = RawSocket.connect(replica.port(), "/ws", otherPort);
                RawSocket third = RawSocket.connect(replica.port(), "/ws", none);
                RawSocket fourth = RawSocket.connect(replica.port(), "/ws", none)) {
            assertThat(List.of(first.status(), second.status(), third.status(), fourth.status())).containsExactly(101, 429,
                    101, 101);
        }
    }

    @Test
    void a_client_that_polls_upgrades_even_where_it_fills_the_limit() throws IOException {
        Replica replica = SHARED.with(CONNECTIONS);
        awaitEmpty(replica);
        try (RawSocket other = RawSocket.connect(replica.port(), "/ws")) {
            assertThat(other.status()).isEqualTo(101);
            SocketIoClient client = SocketIoClient.connect(replica, "/", "polling,websocket");
            SocketClient.await().until(() -> replica.metric("atrium_engineio_connections{transport=\"websocket\"}") == 1);
            client.close();
        }
    }

    @Test
    void handshakes_that_fail_and_clients_that_go_hold_nothing() throws IOException {
        Replica replica = SharedReplicas.strict();
        awaitEmpty(replica);
        try (Socket socket = new Socket("127.0.0.1", replica.port())) {
            String handshake = "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Connection: keep-alive\r\n\r\n";
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(handshake.getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readNBytes(12)).asString(StandardCharsets.US_ASCII)
                        .isEqualTo("HTTP/1.1 400");
                socket.getInputStream().readNBytes(socket.getInputStream().available());
            }
            awaitEmpty(replica);
        }
        String stream = "GET /rooms/lobby HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer "
                + Tokens.of("ann", "lobby:join") + "\r\n\r\n";
        for (int i = 0; i < 200; i++) {
            try (Socket socket = new Socket("127.0.0.1", replica.port())) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write(stream.getBytes(StandardCharsets.US_ASCII));
            }
        }
        SocketClient.await().until(() -> replica.metric("atrium_connections_admitted") == 0
                && replica.metric("atrium_connections{transport=\"sse\"}") == 0);
    }

    @Test
    void nothing_that_a_client_sends_goes_uncounted() throws IOException {
        Replica replica = SHARED.with(FEW_MESSAGES);
        flood(replica, "/ws", socket -> socket.frame(0x82, new byte[100]));
        flood(replica, "/ws", socket -> socket.text("ping"));
        flood(replica, "/ws", socket -> socket.frame(0x89, (byte) 1));
        flood(replica, "/rooms/lobby?echo=false", socket -> socket.text("pong"));
        flood(replica, "/socket.io/?EIO=4&transport=websocket", socket -> socket.text("6"));
        flood(replica, "/socket.io/?EIO=4&transport=websocket", socket -> socket.text("3"));
        flood(replica, "/socket.io/?EIO=4&transport=websocket", socket -> socket.text("40/no such,"));
    }

    private interface Noise {
        void make(RawSocket socket) throws IOException;
    }

    private static void flood(Replica replica, String path, Noise noise) throws IOException {
        double before = denied(replica, "messages");
        try (RawSocket socket = raw(replica, path, newAddress())) {
            for (int i = 0; i < 300; i++) {
                noise.make(socket);
            }
            assertThat(socket.closeCode()).as("-1 where the close frame is lost with the unread bytes").isIn(4429, -1);
        } catch (SocketException closed) {
            // The server closed the connection before everything was sent, which is a valid result.
        }
        SocketClient.await().until(() -> denied(replica, "messages") > before);
    }

    @Test
    void a_message_to_many_rooms_counts_in_each() {
        try (SocketIoClient client = socketIo(SHARED.with(MANY_MESSAGES))) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.emitWithAck("join", "room-" + i)).contains("\"code\":200");
            }
            assertThat(client.emitWithAck("greeting", "hello")).contains("\"code\":200");
            assertThat(client.emitWithAck("greeting", "hello")).contains("\"code\":429");
        }
    }

    @Test
    void a_penalty_holds_also_for_a_client_that_authenticates_later() throws IOException {
        Replica replica = SHARED.with(USERS);
        String token = Tokens.of("eve", "lobby:join send");
        try (RawSocket flood = RawSocket.connect(replica.port(), "/rooms/lobby?echo=false",
                "Authorization: Bearer " + token + "\r\n")) {
            for (int i = 0; i < 40; i++) {
                flood.text("x");
            }
            assertThat(flood.closeCode()).isEqualTo(4429);
        }
        try (RawSocket back = RawSocket.connect(replica.port(), "/ws", "X-Forwarded-For: 203.0.113.7\r\n")) {
            assertThat(back.read().text()).contains("@welcome");
            back.text("{\"seq\":1,\"cmd\":\"auth\",\"params\":{\"token\":\"" + token + "\"}}");
            assertThat(back.read().text()).contains("\"code\":429");
        }
    }

    @Test
    void odd_paths_and_chunks_count_like_any_others() throws IOException {
        Replica replica = SHARED.with(BYTES);
        double messages = denied(replica, "messages");
        double bytes = denied(replica, "bytes");
        List<Integer> codes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            try (Socket socket = new Socket("127.0.0.1", replica.port())) {
                socket.getOutputStream().write(
                        ("POST /socket.io/../rooms/lobby?sid=x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "400\r\n" + "x".repeat(1024) + "\r\n0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                codes.add(Integer
                        .parseInt(new String(socket.getInputStream().readNBytes(12), 9, 3, StandardCharsets.US_ASCII)));
            }
        }
        assertThat(codes.subList(0, 4)).containsOnly(201);
        assertThat(codes.subList(6, 10)).as("bytes").containsOnly(429);
        awaitDenied(replica, "bytes", bytes);
        awaitDenied(replica, "messages", messages);
    }
}
