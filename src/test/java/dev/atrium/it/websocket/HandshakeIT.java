package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed WebSocket handshakes: RFC 6455, section 4.2.1, and parameters of the URL. */
class HandshakeIT {

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start(Map.of());
    }

    @AfterAll
    static void stop() {
        replica.close();
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
        await().untilAsserted(() -> assertThat(replica.metric("atrium_connections_admitted")).isZero());
        assertThat(replica.log()).doesNotContain("ERROR");
    }

    @ParameterizedTest
    @CsvSource({ "GET, /echo, 404", "GET, /rooms/lobby, 200", "POST, /rooms/lobby, 201", "GET, /socket.io/socket.io.js, 200" })
    void a_request_that_asks_for_no_upgrade_is_none_of_the_endpoints(String method, String path, int status) {
        replica.given().header("Connection", "Upgrade").header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", KEY)
                .request(method, path).then().statusCode(status);
        assertThat(replica.log()).doesNotContain("ERROR");
    }

    private static RequestSpecification request() {
        return replica.given().header("Connection", "Upgrade").header("Upgrade", "websocket");
    }
}
