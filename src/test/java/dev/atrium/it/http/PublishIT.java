package dev.atrium.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /rooms/{room}}. */
class PublishIT {

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start();
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @Test
    void the_answer_is_201_with_the_message_s_position() {
        JsonPath first = text("one").post("/rooms/place").then().statusCode(201).body("offset", equalTo(1)).extract()
                .jsonPath();
        text("two").post("/rooms/place").then().body("offset", equalTo(2), "epoch", equalTo(first.getString("epoch")));
        assertThat(first.getLong("at")).isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis() + 1);
    }

    @ParameterizedTest(name = "{0} -> {2}")
    @CsvSource(delimiter = '|', nullValues = "none", value = {
            "text/plain                        | hello      | hello",
            "text/plain;charset=utf-8          | hello      | hello",
            "application/x-www-form-urlencoded | hello=a+b  | hello=a+b",
            "application/json                  | [1, 2]     | [1, 2]",
            "application/ld+json               | [1, 2]     | [1, 2]",
            "application/json                  | \"text\"   | text",
            "application/json                  | null       | null",
            "application/octet-stream          | hello      | 0x68656c6c6f",
            "image/png                         | hello      | 0x68656c6c6f",
            "none                              | hello      | 0x68656c6c6f",
    })
    void the_media_type_determines_the_kind_of_data(String type, String body, String received) {
        try (SocketClient ann = replica.plain("/rooms/types")) {
            SocketClient.await().until(() -> replica.metric("atrium_memberships") == 1);
            assertThat(replica.post("/rooms/types", type, body.getBytes(StandardCharsets.UTF_8)).statusCode()).isEqualTo(201);
            ann.awaitExactly(received);
        }
        SocketClient.await().until(() -> replica.metric("atrium_memberships") == 0);
    }

    @Test
    void the_query_names_the_event_and_the_namespace() {
        try (SessionClient ann = SessionClient.connect(replica.ws("/ws?ns=/shop"))) {
            ann.join("orders");
            replica.post("/rooms/orders?ns=/shop&event=paid", "application/json",
                    "{\"n\":\n1}".getBytes(StandardCharsets.UTF_8));
            JsonNode message = ann.pushes("paid", 1).get(0);
            assertThat(message.at("/data/n").asInt()).isEqualTo(1);
            assertThat(message.has("from")).isFalse();
            assertThat(ann.received()).noneMatch(frame -> frame.contains("\n"));
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(delimiter = '|', value = {
            "/rooms/a                | application/json      | {\"a\":        | body: not JSON",
            "/rooms/a                | application/json      | 1 2            | body: expected one JSON value",
            "/rooms/a?event=@left    | text/plain            | x              | event:",
            "/rooms/a?ns=x           | text/plain            | x              | ns:",
            "/rooms/%00              | text/plain            | x              | room:",
            "/rooms/%ff              | text/plain            | x              | room:",
            "/rooms/a                | text/plain;charset=zz | x              | Content-Type:",
    })
    void a_mistake_is_a_problem_with_the_field(String path, String type, String body, String detail) {
        replica.given().contentType(type).body(body.getBytes(StandardCharsets.UTF_8)).post(path).then().statusCode(400)
                .contentType(startsWith("application/problem+json"))
                .body("status", equalTo(400), "detail", startsWith(detail));
    }

    @Test
    void text_that_is_not_in_its_charset_is_refused() {
        replica.given().contentType("text/plain").body(new byte[] { (byte) 0xC3, 0x28 }).post("/rooms/a").then()
                .statusCode(400);
    }

    private static RequestSpecification text(String text) {
        return replica.given().contentType("text/plain").body(text);
    }

    @Test
    void a_body_over_the_limit_gets_413() {
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> response = replica.post("/rooms/a", "application/octet-stream", new byte[8 << 20]);
            assertThat(response.statusCode()).isEqualTo(413);
            assertThat(response.body()).contains("\"detail\":\"body: larger than this server accepts\"");
        }
    }

    @Test
    void a_body_of_unknown_length_over_the_limit_gets_413_and_no_stack_trace() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", replica.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(("POST /rooms/a HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            try {
                for (int i = 0; i < 40; i++) {
                    socket.getOutputStream().write(chunk);
                }
            } catch (IOException e) {
                // Expected: the server responds and closes before the end of the body.
            }
            byte[] answer = socket.getInputStream().readNBytes(12);
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
        }
        assertThat(replica.log()).doesNotContain("\tat ");
    }
}
