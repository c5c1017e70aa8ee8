package dev.atrium.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.fixture.StreamClient;
import dev.atrium.it.fixture.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Access control for every transport, every operation and every kind of token, and what other members receive. */
class AccessIT {

    private static Replica replica;
    /** Length of the log before the first test of this class. */
    private static int logged;

    @BeforeAll
    static void start() {
        replica = SharedReplicas.strict();
        logged = replica.log().length();
    }

    private enum Token {
        NONE(() -> null),
        EXPIRED(Tokens::expired),
        OF_ANOTHER_KEY(Tokens::ofAnotherKey),
        FOR_ANOTHER_AUDIENCE(Tokens::forAnotherAudience),
        OF_ANOTHER_ISSUER(Tokens::ofAnotherIssuer),
        UNSIGNED(Tokens::unsigned),
        HS_WITH_THE_PUBLIC_KEY(Tokens::confused),
        MALFORMED_GRANT(Tokens::withMalformedGrant),
        NOT_A_TOKEN(() -> "abc"),
        WITHOUT_PERMISSION(() -> Tokens.of("bob", "elsewhere:join send history presence")),
        RIGHT(() -> Tokens.of("ann", "lobby:join send history presence;:admin"));

        private final Supplier<String> text;

        Token(Supplier<String> text) {
            this.text = text;
        }

        boolean isGood() {
            return this == WITHOUT_PERMISSION || this == RIGHT;
        }
    }

    /** Attempt of a client with a token. Returns an HTTP status, the code of a reply, or a close code. */
    private interface Attempt {
        int with(String token) throws Exception;
    }

    /**
     * Operation and its expected results.
     *
     * @param refused with an invalid token
     * @param missing without a token
     * @param forbidden with a token that grants something else
     */
    private record Operation(String name, int right, int refused, int missing, int forbidden, Attempt attempt) {

        int expected(Token token) {
            return token == Token.RIGHT ? right
                    : token == Token.WITHOUT_PERMISSION ? forbidden : token == Token.NONE ? missing : refused;
        }
    }

    private static List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        all.add(new Operation("echo", 0, 4401, 4401, 0, token -> closed("/echo", token, null)));
        all.add(new Operation("plain: hear", 0, 4401, 4401, 4403, token -> closed("/rooms/lobby", token, null)));
        all.add(new Operation("plain: say", 0, 4401, 4401, 4403, token -> closed("/rooms/lobby", token, "hello")));
        command(all, "join", "{\"room\":\"lobby\"}");
        command(all, "join", "{\"room\":\"lobby\",\"presence\":true}");
        command(all, "send", "{\"room\":\"lobby\",\"data\":1}");
        command(all, "send", "{\"data\":\"to everyone\"}");
        command(all, "members", "{\"room\":\"lobby\"}");
        command(all, "history", "{\"room\":\"lobby\"}");
        command(all, "file.open", "{\"room\":\"lobby\",\"name\":\"a.txt\",\"size\":1}");
        all.add(new Operation("session: file.status", 404, 4401, 401, 404, token -> command("/ws", authorization(token),
                "file.status", "{\"file\":\"AAAAAAAAAAAAAAAAAAAAAAAA\"}")));
        all.add(new Operation("session: auth, then join", 200, 4401, 401, 403, AccessIT::authThenJoin));
        all.add(new Operation("session: token in the query", 200, 4401, 401, 403, token -> command(
                "/ws" + (token == null ? "" : "?access_token=" + token), "", "join", "{\"room\":\"lobby\"}")));
        all.add(new Operation("session: token in a subprotocol", 200, 4401, 401, 403, token -> command("/ws", token == null ? ""
                : "Sec-WebSocket-Protocol: atrium.v1, " + carrier(token) + "\r\n", "join", "{\"room\":\"lobby\"}")));
        http(all, 201, 403, "POST", "/rooms/lobby");
        http(all, 200, 403, "GET", "/rooms/lobby");
        http(all, 200, 403, "GET", "/rooms/lobby/messages");
        http(all, 200, 403, "GET", "/rooms/lobby/messages?after=0&wait=1");
        http(all, 200, 403, "GET", "/rooms/lobby/members");
        http(all, 404, 403, "GET", "/rooms/lobby/files/AAAAAAAAAAAAAAAAAAAAAAAA");
        http(all, 404, 403, "DELETE", "/rooms/lobby/files/AAAAAAAAAAAAAAAAAAAAAAAA");
        http(all, 200, 200, "GET", "/rooms");
        http(all, 404, 403, "DELETE", "/sessions/~aaaaaaaaaaaaaaaaaaaa");
        http(all, 200, 403, "DELETE", "/users/nobody/sessions?ns=/");
        http(all, 403, 403, "DELETE", "/users/nobody/sessions");
        http(all, 403, 403, "DELETE", "/sessions;x/~aaaaaaaaaaaaaaaaaaaa?ns=/chat");
        http(all, 201, 403, "POST", "/nothing/../rooms/lobby");
        for (String accept : List.of("text/event-stream", "application/x-ndjson")) {
            all.add(new Operation("stream: " + accept, 200, 401, 401, 403, token -> stream("/rooms/lobby", accept, token)));
        }
        all.add(new Operation("stream: iframe", 200, 401, 401, 403, token -> stream("/rooms/lobby?as=iframe", "*/*", token)));
        for (String transport : List.of("websocket", "polling")) {
            all.add(new Operation("socket.io: join over " + transport, 200, 401, 401, 403,
                    token -> socketIo(transport, token, client -> client.emitWithAck("join", "lobby"))));
            all.add(new Operation("socket.io: send over " + transport, 200, 401, 401, 403,
                    token -> socketIo(transport, token, client -> client.emitWithAck("send", "lobby", "greeting", "hello"))));
            all.add(new Operation("socket.io: relay over " + transport, 200, 401, 401, 403,
                    token -> socketIo(transport, token, client -> client.emitWithAck("greeting", "hello"))));
        }
        return all;
    }

    static List<Arguments> table() {
        List<Arguments> table = new ArrayList<>();
        for (Operation operation : operations()) {
            for (Token token : Token.values()) {
                table.add(Arguments.of(operation.name, token, operation));
            }
        }
        return table;
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("table")
    void each_operation_is_answered_as_documented(String name, Token token, Operation operation) throws Exception {
        String text = token.text.get();
        assertThat(operation.attempt.with(text)).isEqualTo(operation.expected(token));
        if (text != null && text.length() > 20) {
            assertThat(replica.log().substring(logged)).doesNotContain(text).doesNotContain("Exception")
                    .doesNotContain("ERROR");
        }
    }

    private static void command(List<Operation> all, String cmd, String params) {
        all.add(new Operation("session: " + cmd + " " + params, 200, 4401, 401, 403,
                token -> command("/ws", authorization(token), cmd, params)));
    }

    private static void http(List<Operation> all, int right, int forbidden, String method, String path) {
        all.add(new Operation(method + " " + path, right, 401, 401, forbidden,
                token -> (token == null ? replica.given() : replica.given().auth().oauth2(token)).request(method, path)
                        .statusCode()));
    }

    private static String authorization(String token) {
        return token == null ? "" : "Authorization: Bearer " + token + "\r\n";
    }

    private static String carrier(String token) {
        return URLEncoder.encode("quarkus-http-upgrade#Authorization#Bearer " + token, StandardCharsets.UTF_8).replace("+",
                "%20");
    }

    /** Returns the close code of a connection, or 0 if it stays open. */
    private static int closed(String path, String token, String message) throws IOException {
        try (RawSocket socket = RawSocket.connect(replica.port(), path, authorization(token))) {
            if (message != null) {
                socket.text(message);
            }
            RawSocket.Frame frame = pong(socket);
            if (frame.opcode() != 8) {
                // Pings are answered while the token is still being checked. After this request the check is done.
                replica.request("GET", "/rooms/lobby", "Authorization", "Bearer " + token);
                frame = pong(socket);
            }
            return frame.opcode() == 8 ? frame.closeCode() : 0;
        }
    }

    /** Returns the pong to a ping, or a close frame. */
    private static RawSocket.Frame pong(RawSocket socket) throws IOException {
        socket.frame(0x89, (byte) 1);
        RawSocket.Frame frame = socket.read();
        while (frame.opcode() != 8 && frame.opcode() != 10) {
            frame = socket.read();
        }
        return frame;
    }

    /** Returns the code of the reply to a command, or the close code. */
    private static int command(String path, String headers, String cmd, String params) throws IOException {
        try (RawSocket socket = RawSocket.connect(replica.port(), path, headers)) {
            return command(socket, cmd, params);
        }
    }

    private static int command(RawSocket socket, String cmd, String params) throws IOException {
        socket.text("{\"seq\":1,\"cmd\":\"" + cmd + "\",\"params\":" + params + "}");
        while (true) {
            RawSocket.Frame frame = socket.read();
            if (frame.opcode() == 8) {
                return frame.closeCode();
            }
            if (frame.text().contains("\"code\"")) {
                return SessionClient.json(frame.text()).path("code").asInt();
            }
        }
    }

    private static int authThenJoin(String token) throws IOException {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/ws", "")) {
            if (token != null) {
                int code = command(socket, "auth", "{\"token\":\"" + token + "\"}");
                if (code != 200) {
                    assertThat(code).isEqualTo(401);
                    return socket.closeCode();
                }
            }
            return command(socket, "join", "{\"room\":\"lobby\"}");
        }
    }

    private static int stream(String path, String accept, String token) {
        try (StreamClient stream = token == null ? replica.stream(path, "Accept", accept)
                : replica.stream(path, "Accept", accept, "Authorization", "Bearer " + token)) {
            return stream.status();
        }
    }

    private static int socketIo(String transport, String token, Function<SocketIoClient, String> emitWithAck) {
        Map<String, String> auth = token == null ? Map.of() : Map.of("token", token);
        try (SocketIoClient client = SocketIoClient.connect(URI.create(replica.http("/")), transport, auth)) {
            SocketClient.await().until(() -> !client.log().isEmpty());
            String first = client.log().get(0);
            if (first.startsWith("@error")) {
                return first.contains("{\"code\":401}") ? 401 : 0;
            }
            return SessionClient.json(emitWithAck.apply(client)).path("code").asInt();
        }
    }
}
