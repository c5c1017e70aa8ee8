package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed WebSocket handshakes: RFC 6455, section 4.2.1, and parameters of the URL. */
class HandshakeIT {

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ENGINE = "/socket.io/?EIO=4&transport=websocket";

    private static Replica replica;
    /** Length of the log before the first test of this class. */
    private static int logged;

    @BeforeAll
    static void start() {
        replica = SharedReplicas.open();
        logged = replica.log().length();
    }

    @ParameterizedTest
    @ValueSource(strings = { "/echo", "/ws", "/rooms/lobby" })
    void without_a_key_it_is_no_handshake_and_the_answer_names_the_field(String path) {
        request().header("Sec-WebSocket-Version", "13").get(path).then().statusCode(400)
                .contentType("application/problem+json").body("detail", containsString("Sec-WebSocket-Key"));
    }

    @ParameterizedTest
    @CsvSource({
            "/rooms/a%00b,           room",
            "/rooms/a%FF,            room",
            "/rooms/lobby?ns=chat,   ns",
            "/ws?ns=chat,            ns",
            "/rooms/lobby?echo=yes,  echo",
            "/rooms/lobby?ns=%FF,    ns",
    })
    void an_invalid_parameter_of_the_url_is_named(String path, String field) {
        request().header("Sec-WebSocket-Version", "13").header("Sec-WebSocket-Key", KEY).get(path)
                .then()
                .statusCode(400).contentType("application/problem+json").body("detail", containsString(field + ":"));
    }

    @Test
    void a_session_s_own_room_is_not_for_others() {
        String id;
        try (SessionClient client = replica.session()) {
            id = client.id();
            request().header("Sec-WebSocket-Version", "13").header("Sec-WebSocket-Key", KEY).get("/rooms/" + id).then()
                    .statusCode(403);
        }
    }

    @Test
    void a_handshake_that_the_framework_refuses_leaves_the_connection_open_and_takes_no_slot() {
        for (int i = 0; i < 20; i++) {
            request().header("Sec-WebSocket-Version", "99").header("Sec-WebSocket-Key", KEY).get("/rooms/lobby").then()
                    .statusCode(426)
                    .header("Sec-WebSocket-Version", equalTo("13"));
        }
        replica.given().body("still here").post("/rooms/lobby").then().statusCode(201);
        SocketClient.await().untilAsserted(() -> assertThat(replica.metric("atrium_connections_admitted")).isZero());
        assertThat(replica.log().substring(logged)).doesNotContain("ERROR");
    }

    @ParameterizedTest
    @CsvSource({ "GET, /echo, 426", "GET, /ws, 426", "POST, /ws, 404", "GET, /rooms/lobby, 200", "POST, /rooms/lobby, 201",
            "GET, /socket.io/socket.io.js, 200" })
    void a_request_that_asks_for_no_upgrade_is_none_of_the_endpoints(String method, String path, int status) {
        replica.given().header("Connection", "Upgrade").header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", KEY)
                .request(method, path).then().statusCode(status);
        assertThat(replica.log().substring(logged)).doesNotContain("ERROR");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/echo", "/ws", "/rooms/lobby", ENGINE })
    void another_version_is_answered_with_the_supported_one_whatever_its_origin(String path) throws IOException {
        for (String version : List.of("Sec-WebSocket-Version: 8\r\nSec-WebSocket-Origin: http://elsewhere.example\r\n",
                "Sec-WebSocket-Version: 7\r\n", "Sec-WebSocket-Version: 99\r\n", "")) {
            assertUpgradeRequired("GET " + path + " HTTP/1.1\r\n"
                    + RawSocket.HANDSHAKE.replace("Sec-WebSocket-Version: 13\r\n", version));
        }
        assertUpgradeRequired("GET " + path + " HTTP/1.0\r\n" + RawSocket.HANDSHAKE);
    }

    /** As through a proxy that is not configured for WebSockets. */
    @ParameterizedTest
    @ValueSource(strings = { "/echo", "/ws", "/ws?ns=/chat" })
    void a_request_that_asks_for_no_upgrade_is_told_so_where_there_is_nothing_else(String path) throws IOException {
        assertUpgradeRequired("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private static void assertUpgradeRequired(String request) throws IOException {
        try (RawSocket socket = RawSocket.open(replica.port(), request)) {
            assertThat(socket.status()).as(request).isEqualTo(426);
            assertThat(socket.header("Sec-WebSocket-Version")).isEqualTo("13");
            assertThat(socket.header("Upgrade")).isEqualTo("websocket");
            assertThat(socket.body()).contains("\"status\":426").contains("expected");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "/echo", "/ws", "/rooms/lobby", ENGINE })
    void a_malformed_header_is_named(String path) throws IOException {
        assertNamed(path, "Sec-WebSocket-Key: " + KEY, "Sec-WebSocket-Key: YWJj", "Sec-WebSocket-Key:");
        assertNamed(path, "Sec-WebSocket-Key: " + KEY, "Sec-WebSocket-Key: not 16 bytes of Base64", "Sec-WebSocket-Key:");
        assertNamed(path, "Connection: Upgrade", "Connection: keep-alive", "Connection:");
        assertNamed(path, "Connection: Upgrade", "Connection: Upgrade\r\nContent-Length: 5", "body:");
    }

    private static void assertNamed(String path, String header, String other, String field) throws IOException {
        try (RawSocket socket = RawSocket.open(replica.port(),
                "GET " + path + " HTTP/1.1\r\n" + RawSocket.HANDSHAKE.replace(header, other))) {
            assertThat(socket.status()).as(other).isEqualTo(400);
            assertThat(socket.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(socket.body()).contains(field);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "/echo", "/ws", "/rooms/lobby", ENGINE })
    void several_lines_and_elements_of_a_header_are_one_list(String path) throws IOException {
        for (String headers : List.of("Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n",
                "Connection: keep-alive, upgrade\r\nUpgrade: other/1, WebSocket\r\n",
                "Connection: Upgrade\r\nUpgrade: other\r\nUpgrade: websocket\r\n")) {
            try (RawSocket socket = RawSocket.open(replica.port(), "GET " + path + " HTTP/1.1\r\n"
                    + RawSocket.HANDSHAKE.replace("Connection: Upgrade\r\nUpgrade: websocket\r\n", headers))) {
                assertThat(socket.status()).as(headers).isEqualTo(101);
            }
        }
    }

    @ParameterizedTest(name = "{0} offers {1}")
    @CsvSource(nullValues = "none", value = {
            "/ws, atrium.v1, atrium.v1", "/ws, other;atrium.v1, atrium.v1", "/ws, other, none", "/ws, none, none",
            "/echo, atrium.v1, none", "/rooms/lobby, atrium.v1, none",
            "/rooms/lobby, atrium.v1;bearer-token-carrier, bearer-token-carrier",
            "/echo, bearer-token-carrier, bearer-token-carrier", "/ws, bearer-token-carrier, bearer-token-carrier",
            ENGINE + ", first;second, first", ENGINE + ", bearer-token-carrier, bearer-token-carrier",
            ENGINE + ", none, none" })
    void an_endpoint_confirms_the_subprotocol_that_it_speaks(String path, String offers, String confirmed) throws IOException {
        String headers = offers == null ? ""
                : "Sec-WebSocket-Protocol: " + offers.replace(";", "\r\nSec-WebSocket-Protocol: ") + "\r\n";
        try (RawSocket socket = RawSocket.connect(replica.port(), path, headers)) {
            assertThat(socket.status()).isEqualTo(101);
            assertThat(socket.header("Sec-WebSocket-Protocol")).isEqualTo(confirmed);
        }
    }

    private static RequestSpecification request() {
        return replica.given().header("Connection", "Upgrade").header("Upgrade", "websocket");
    }
}
