package dev.atrium.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.StreamClient;
import io.restassured.response.Response;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are answered 406, and that HEAD agrees with GET. */
class NegotiationIT {

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = SharedReplicas.open();
    }

    @ParameterizedTest
    @CsvSource({ "GET, /rooms", "GET, /rooms/picky", "HEAD, /rooms/picky", "GET, /rooms/picky/messages",
            "HEAD, /rooms/picky/messages", "GET, /rooms/picky/members", "GET, /rtc/ice", "DELETE, /users/picky/sessions" })
    void a_client_that_excludes_everything_gets_406(String method, String path) {
        for (String accept : new String[] { "*/*;q=0", "application/json;q=0", "text/plain" }) {
            replica.given().header("Accept", accept).request(method, path).then().statusCode(406)
                    .contentType(startsWith("application/problem+json"));
        }
        if (!path.equals("/rooms/picky")) {
            replica.given().header("Accept", "application/json;q=0, */*").request(method, path).then().statusCode(406);
        }
        replica.given().header("Accept", "text/plain, application/json;q=0.1").request(method, path).then().statusCode(200);
    }

    @Test
    void a_header_in_two_lines_is_one_list() {
        replica.given().header("Accept", "text/plain").header("Accept", "application/json;q=0").get("/rooms/picky").then()
                .statusCode(406);
        replica.given().header("Accept", "application/json;q=0.1").header("Accept", "text/html").get("/rooms/picky").then()
                .contentType(startsWith("text/html"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "*/*;q=0", "application/json;q=0", "application/json;q=0, */*", "text/event-stream" })
    void a_refused_publication_is_not_published(String accept) {
        replica.given().header("Accept", accept).contentType("text/plain").body("x").post("/rooms/picky-post").then()
                .statusCode(406);
        replica.given().get("/rooms/picky-post").then().body("offset", equalTo(0));
    }

    @ParameterizedTest
    @ValueSource(strings = { "text/event-stream", "application/x-ndjson", "text/html", "application/json",
            "application/json;q=0, */*" })
    void head_has_the_headers_of_get_and_joins_nothing(String accept) {
        Response head = replica.given().header("Accept", accept).head("/rooms/head");
        assertThat(head.statusCode()).isEqualTo(200);
        try (StreamClient get = replica.stream("/rooms/head", "Accept", accept)) {
            for (String name : new String[] { "Content-Type", "Cache-Control", "X-Accel-Buffering", "Vary" }) {
                assertThat(head.header(name)).as(name).isEqualTo(get.header(name));
            }
        }
    }

    @Test
    void head_of_a_stream_is_refused_as_get_is() {
        replica.given().accept("text/event-stream").head("/rooms/~GyC4aP0ZbT7Jx2mYw9Lr").then().statusCode(403);
        replica.given().accept("text/event-stream").head("/rooms/head?ns=chat").then().statusCode(400);
        replica.given().accept("text/event-stream").head("/rooms/head?after=x").then().statusCode(400);
    }
}
