package com.example;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.websockets.next.BasicWebSocketConnector;
import io.quarkus.websockets.next.WebSocketClientConnection;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The application and Atrium in one process. */
@QuarkusTest
class ChatTest {

    @TestHTTPResource("/")
    URI base;

    @ConfigProperty(name = "quarkus.management.test-port")
    int management;

    @Inject
    Desk desk;

    @Inject
    Visitors visitors;

    @Inject
    Provider<BasicWebSocketConnector> connectors;

    @Test
    void rooms_are_served_beside_the_resources_of_the_application() {
        given().body("hello").when().post("/rooms/beside").then().statusCode(201);
        when().get("/rooms/beside/messages?after=0").then().statusCode(200).body(containsString("hello"));
        when().get("/").then().statusCode(200).body(equalTo("the application's own page"));
        when().get("/conflict").then().statusCode(409).body(equalTo("mapped: the application's own error"));
        when().get("/elsewhere").then().statusCode(404).body(startsWith("mapped: "));
        when().get("/rooms/beside/nothing").then().statusCode(404).contentType(containsString("application/problem+json"))
                .body("status", equalTo(404));
        when().put("/rooms/beside").then().statusCode(405).contentType(containsString("application/problem+json"));
        when().get("/rooms/beside/messages?limit=x").then().statusCode(400).body("status", equalTo(400));
    }

    @Test
    void the_answers_of_rooms_are_those_of_the_protocol_and_others_those_of_the_application() {
        given().body("hello").when().post("/rooms/counted").then().statusCode(201).body("offset", equalTo(1));
        when().get("/rooms/counted").then().body("offset", equalTo(1));
        when().get("/rooms?prefix=counted").then().body("maxPayload", greaterThan(0));
        when().put("/rooms/counted").then().body("status", equalTo(405));
        when().get("/news/count").then().body("news_count", instanceOf(String.class));
    }

    @Test
    void a_body_that_the_application_has_read_is_published() {
        given().header("X-Signature", "s").body("signed").when().post("/rooms/signed").then().statusCode(201);
        when().get("/rooms/signed/messages").then().body(containsString("\"signed\",\"at\""));
        given().header("X-Signature", "s").multiPart("file", "lost").when().post("/rooms/signed").then().statusCode(415);
        given().multiPart("file", "whole").when().post("/rooms/signed").then().statusCode(201);
        String open = when().get("/socket.io/?EIO=4&transport=polling").then().extract().asString();
        given().header("X-Signature", "s").body("40/chat,{\"password\":\"letmein\"}").when()
                .post("/socket.io/?EIO=4&transport=polling&sid=" + open.replaceAll(".*\"sid\":\"([^\"]+)\".*", "$1")).then()
                .statusCode(200);
    }

    @Test
    void an_upgrade_check_of_the_application_learns_who_comes() {
        try (Closing room = new Closing(connect("/rooms/checked", new CopyOnWriteArrayList<>()));
                Closing own = new Closing(connect("/support/ida", new CopyOnWriteArrayList<>()))) {
            assertTrue(visitors.anonymous().containsAll(List.of("/rooms/checked", "/support/ida")));
        }
    }

    @Test
    void permissions_of_the_application_apply_to_pages() {
        when().get("/pages/latency.html").then().statusCode(401);
        given().accept("text/html").when().get("/rooms/shown").then().statusCode(200).contentType(containsString("text/html"));
    }

    @Test
    void a_resource_publishes_and_a_subscriber_receives() {
        given().body("extra").when().post("/news/lobby").then().statusCode(200).body(equalTo("1"));
        await().untilAsserted(() -> when().get("/news").then().body("$", hasItem("extra")));
    }

    @Test
    void connections_of_an_own_endpoint_are_in_a_room() {
        List<String> ann = new CopyOnWriteArrayList<>();
        List<String> room = new CopyOnWriteArrayList<>();
        try (Closing plain = new Closing(connect("/rooms/support", room));
                Closing own = new Closing(connect("/support/ann", ann))) {
            await().untilAsserted(
                    () -> when().get("/rooms/support/members").then().statusCode(200).body(containsString("\"ann\"")));
            own.connection().sendTextAndAwait("help");
            await().untilAsserted(() -> {
                assertEquals(List.of("HELP"), ann);
                assertEquals(List.of("HELP"), room);
            });
            given().body("soon").when().post("/rooms/support").then().statusCode(201);
            await().untilAsserted(() -> assertEquals(List.of("HELP", "soon"), ann));
            when().get("/news").then().body("$", hasItems("ann joined support"));
        }
        await().untilAsserted(() -> when().get("/rooms/support/members").then().body(not(containsString("\"ann\""))));
    }

    @Test
    void calls_for_a_connection_are_executed_in_order() {
        List<String> received = new CopyOnWriteArrayList<>();
        try (Closing hasty = new Closing(connect("/hasty", received))) {
            await().untilAsserted(() -> assertEquals(List.of("from stayed"), received));
            given().body("again").when().post("/rooms/left").then().statusCode(201);
            given().body("again").when().post("/rooms/stayed").then().statusCode(201);
            await().untilAsserted(() -> assertEquals(List.of("from stayed", "again"), received));
        }
    }

    @Test
    void an_own_endpoint_has_the_limits_of_quarkus_and_a_room_those_of_atrium() {
        List<String> room = new CopyOnWriteArrayList<>();
        try (Closing plain = new Closing(connect("/rooms/support", room));
                Closing own = new Closing(connect("/support/eve", new CopyOnWriteArrayList<>()))) {
            own.connection().sendTextAndAwait("X".repeat(20_000));
            plain.connection().sendTextAndAwait("x".repeat(30_000));
            await().untilAsserted(() -> assertTrue(room.containsAll(List.of("X".repeat(20_000), "x".repeat(30_000)))));
            own.connection().sendTextAndAwait("X".repeat(20_001));
            await().until(() -> own.connection().isClosed());
            assertTrue(plain.connection().isOpen());
        }
    }

    @Test
    void a_client_may_exclude_json_of_rooms_and_not_of_the_application() {
        String accept = "application/json;q=0, */*";
        given().header("Accept", accept).get("/rooms/excluded/messages").then().statusCode(406);
        given().header("Accept", accept).get("/news").then().statusCode(200);
    }

    @Test
    void an_own_endpoint_upgrades_no_draft_and_no_old_http() throws IOException {
        assertEquals("426", status("HTTP/1.1", "8"));
        assertEquals("426", status("HTTP/1.0", "13"));
        assertEquals("101", status("HTTP/1.1", "13"));
    }

    private String status(String http, String version) throws IOException {
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.getOutputStream().write(("GET /support/ann " + http + "\r\nHost: localhost\r\n"
                    + "Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
                    + version + "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(12), 9, 3, StandardCharsets.US_ASCII);
        }
    }

    @Test
    void handlers_are_called_with_the_values_of_their_parameters() {
        List<String> replies = new CopyOnWriteArrayList<>();
        try (Closing client = new Closing(connect("/ws?ns=/chat", replies))) {
            call(client, "greet", "\"ann\"");
            call(client, "moves", "[{\"from\":\"a\",\"to\":\"bc\"},{\"from\":\"\",\"to\":\"d\"}]");
            call(client, "report", "null");
            call(client, "moves", "7");
            await().untilAsserted(() -> {
                assertTrue(replies.stream().anyMatch(reply -> reply.contains("hello ann")), replies::toString);
                assertTrue(replies.stream().anyMatch(reply -> reply.contains("\"body\":4")), replies::toString);
                assertTrue(replies.stream().anyMatch(reply -> reply.contains("executor-thread")), replies::toString);
                assertTrue(replies.stream().anyMatch(reply -> reply.contains("argument 1: expected List")), replies::toString);
            });
        }
    }

    @Test
    void each_call_of_a_handler_has_a_request_context_and_the_json_of_the_application() {
        List<String> replies = new CopyOnWriteArrayList<>();
        try (Closing client = new Closing(connect("/ws?ns=/desk", replies))) {
            call(client, "visit", "null");
            call(client, "visit", "null");
            call(client, "book", "{\"at\":\"2026-01-02T03:04:05Z\",\"unknown\":1}");
            await().untilAsserted(() -> {
                assertEquals(2, replies.stream().filter(reply -> reply.contains("visits 1 2")).count(), replies::toString);
                assertTrue(replies.stream().anyMatch(reply -> reply.contains("{\"at\":\"2026-01-02T03:04:05Z\"}")),
                        replies::toString);
            });
        }
        assertNotNull(desk);
    }

    /** Though Quarkus generates a key pair for a test, and in dev mode: on the server there is none either. */
    @Test
    void without_a_key_a_token_of_socket_io_is_the_applications() {
        String open = when().get("/socket.io/?EIO=4&transport=polling").then().statusCode(200).extract().asString();
        String polling = "/socket.io/?EIO=4&transport=polling&sid=" + open.replaceAll(".*\"sid\":\"([^\"]+)\".*", "$1");
        given().body("40/chat,{\"token\":\"of the application\",\"password\":\"letmein\"}").when().post(polling).then()
                .statusCode(200);
        when().get(polling).then().body(startsWith("40/chat,{\"sid\":"));
    }

    @Test
    void health_and_metrics_are_on_the_management_port() {
        String port = "http://localhost:" + management;
        when().get("/news").then().statusCode(200);
        when().get(port + "/q/health/live").then().statusCode(200);
        when().get(port + "/q/health/ready").then().body("checks.name", hasItem("Redis connection health check"));
        when().get(port + "/q/metrics").then().statusCode(200)
                .body(containsString("atrium_connections{transport=\"endpoint\"}"),
                        containsString("atrium_heartbeat_timeouts_total"),
                        containsString(
                                "http_server_requests_seconds_count{method=\"GET\",outcome=\"SUCCESS\",status=\"200\",uri=\"/news\"}"));
    }

    private static void call(Closing client, String name, String data) {
        client.connection()
                .sendTextAndAwait("{\"seq\":1,\"cmd\":\"call\",\"params\":{\"name\":\"" + name + "\",\"data\":" + data + "}}");
    }

    private WebSocketClientConnection connect(String path, List<String> received) {
        URI uri = base.resolve(path);
        BasicWebSocketConnector connector = connectors.get().baseUri(URI.create("http://" + uri.getAuthority()))
                .path(uri.getRawPath()
                        + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
        return connector.onTextMessage((connection, text) -> received.add(text)).connectAndAwait();
    }

    private record Closing(WebSocketClientConnection connection) implements AutoCloseable {

        @Override
        public void close() {
            connection.closeAndAwait();
        }
    }
}
