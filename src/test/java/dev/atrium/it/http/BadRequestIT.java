package dev.atrium.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.RawHttp.Answer;
import dev.atrium.it.fixture.Replica;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that no route should see, and what pages of other origins can read of the answers. */
class BadRequestIT {

    private static final String PAGE = "https://app.example";
    private static final String HOST = "Host: a\nOrigin: " + PAGE + "\n";
    private static final String CHUNKED = "POST /rooms/a HTTP/1.1\n" + HOST
            + "Content-Type: text/plain\nTransfer-Encoding: chunked\n\n";
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int LIMIT = 10_000;

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica
                .start(Map.of("quarkus.http.limits.max-body-size", Integer.toString(LIMIT), "atrium.engineio.max-payload",
                        Integer.toString(LIMIT)));
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    private static RawHttp send(String request) throws IOException {
        return RawHttp.connect(replica.port()).send(request);
    }

    private static void assertProblem(Answer answer, int status, String detail) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.body()).contains("\"status\":" + status, "\"detail\":\"" + detail);
        assertThat(answer.header("vary")).endsWith("Origin");
        assertThat(answer.header("access-control-allow-origin")).isIn(PAGE, "*");
        assertThat(answer.head()).doesNotContain("credentials: false");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
            "GET /rooms/a HTTP/1.1                        | 400 | Host: expected",
            "GET /rooms/a?x=%zz HTTP/1.1@Host: a          | 400 | request: expected a path and a query",
            "GET /rooms/%zz HTTP/1.1@Host: a              | 400 | request: expected a path and a query",
            "GET /rooms/a HTTP/1.1@Host: a@Host: b        | 400 | Host: expected once",
            "GET * HTTP/1.1@Host: a                       | 404 | there is nothing",
            "GET /rooms/a b c@Host: a                     | 400 | request: expected a request line",
            "DELETE /rooms/a HTTP/1.1@Host: a             | 405 | this path",
            "GET /rooms/a?ns=/a;b HTTP/1.1@Host: a        | 400 | query: expected &",
            "GET /nothing HTTP/1.1@Host: a                | 404 | there is nothing",
            "GET /rooms/a HTTP/1.1@Host: a@Accept: */*;q=0 | 406 | Accept:",
            "GET /rooms/a HTTP/1.1@Host: a@X-API-Key: none | 401 | ",
    })
    void a_page_can_read_what_is_wrong(String head, int status, String detail) throws IOException {
        try (RawHttp client = send(head.replace('@', '\n') + "\nOrigin: " + PAGE + "\n\n")) {
            assertProblem(client.answer(), status, detail == null ? "" : detail);
        }
        assertThat(replica.log()).doesNotContain("\tat ").doesNotContain("ERROR");
    }

    @ParameterizedTest
    @CsvSource({ "/, 'GET, HEAD, OPTIONS'", "/latency, 'GET, HEAD, OPTIONS'", "/atrium.js, 'GET, HEAD, OPTIONS'",
            "/rooms, 'GET, HEAD, OPTIONS'", "/rooms/a, 'GET, HEAD, OPTIONS, POST'",
            "/rooms/a/files/x, 'GET, HEAD, DELETE, OPTIONS'" })
    void a_method_that_a_path_does_not_support_is_answered_with_those_that_it_does(String path, String methods)
            throws IOException {
        try (RawHttp client = send("PUT " + path + " HTTP/1.1\n" + HOST + "\n")) {
            Answer answer = client.answer();
            assertProblem(answer, 405, "this path does not support this method");
            assertThat(answer.header("allow")).isEqualTo(methods);
        }
    }

    @ParameterizedTest
    @CsvSource({ "/rooms, 'GET, HEAD, OPTIONS'", "/rooms/a, 'GET, HEAD, OPTIONS, POST'",
            "/rooms/a/members, 'GET, HEAD, OPTIONS'", "/sessions/x, 'DELETE, OPTIONS'",
            "/rooms/a/files/x, 'GET, HEAD, DELETE, OPTIONS'", "/, 'GET, HEAD, OPTIONS'" })
    void options_names_the_methods_of_the_path(String path, String methods) throws IOException {
        try (RawHttp client = send("OPTIONS " + path + " HTTP/1.1\n" + HOST + "\n")) {
            Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("allow")).isEqualTo(methods);
        }
    }

    @Test
    void a_preflight_is_answered_also_for_a_request_that_will_be_refused() throws IOException {
        try (RawHttp client = send("OPTIONS /rooms/a?ns=/a;b HTTP/1.1\n" + HOST + "Access-Control-Request-Method: PUT\n\n")) {
            Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("access-control-allow-methods")).isEqualTo("PUT");
        }
    }

    @Test
    void a_request_line_that_is_too_long_and_headers_that_are_too_large_are_named() throws IOException {
        try (RawHttp line = send("GET /rooms/" + "a".repeat(9_000) + " HTTP/1.1\n" + HOST + "\n");
                RawHttp headers = send("GET /rooms/a HTTP/1.1\n" + HOST + "X: " + "a".repeat(30_000) + "\n\n")) {
            assertProblem(line.answer(), 414, "request line: ");
            assertProblem(headers.answer(), 431, "headers: ");
        }
    }

    /** The origin must be named in the response, wherever it is in the request. */
    @Test
    void a_page_of_a_listed_origin_can_read_that_its_request_is_too_large() throws IOException {
        String line = "GET /rooms/" + "a".repeat(9_000) + " HTTP/1.1\n";
        String large = "X: " + "a".repeat(30_000) + "\n";
        try (Replica strict = Replica.start(Map.of("atrium.origins", PAGE))) {
            for (String[] parts : new String[][] { { line + HOST + "\n" }, { line, HOST + "\n" },
                    { line + "Host: a\nOrig", "in: " + PAGE + "\n\n" }, { "GET /rooms/a HTTP/1.1\n" + HOST + large + "\n" },
                    { "GET /rooms/a HTTP/1.1\n" + HOST, large + "\n" },
                    { "GET /rooms/a HTTP/1.1\n" + large + HOST + "\n" } }) {
                try (RawHttp client = RawHttp.connect(strict.port())) {
                    for (String part : parts) {
                        client.send(part);
                        // The parts arrive one by one.
                        Awaitility.await().pollDelay(Duration.ofMillis(100)).until(() -> true);
                    }
                    Answer answer = client.answer();
                    assertThat(answer.status()).isEqualTo(parts[0].startsWith(line) ? 414 : 431);
                    assertThat(answer.header("access-control-allow-origin")).as(parts[0].length() + " bytes").isEqualTo(PAGE);
                }
            }
            for (String origin : new String[] { "", "Origin: https://other.example\n" }) {
                try (RawHttp client = RawHttp.connect(strict.port()).send(line + "Host: a\n" + origin + "\n")) {
                    assertThat(client.answer().header("access-control-allow-origin")).isNull();
                }
            }
            try (RawHttp client = RawHttp.connect(strict.port()).send(line + "Host: a\n")) {
                // The rest of the headers never arrives.
                assertThat(client.answer().status()).isEqualTo(414);
            }
        }
    }

    @Test
    void caches_keep_a_script_apart_for_each_origin() throws IOException {
        try (RawHttp client = send("GET /atrium.js HTTP/1.1\nHost: a\n\n")) {
            assertThat(client.answer().header("vary")).isEqualTo("Origin");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "xchunked\nContent-Length: 3", "identity\nContent-Length: 3", "xchunked" })
    void a_body_whose_length_is_not_certain_is_refused_and_ends_the_connection(String coding) throws IOException {
        try (RawHttp client = send("POST /rooms/a HTTP/1.1\n" + HOST + "Transfer-Encoding: " + coding + "\n\nabc")) {
            assertProblem(client.answer(), 400, "Transfer-Encoding: ");
            assertThat(client.isClosedWithin(SOON)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "/rooms/a", "/nothing", "/socket.io/?EIO=4&transport=polling" })
    void a_client_can_read_413_while_it_still_sends_and_then_the_connection_ends(String path) throws IOException {
        try (RawHttp client = send("POST " + path + " HTTP/1.1\n" + HOST + "Content-Length: 30000\n\n" + "x".repeat(20_000))) {
            Answer answer = client.answer();
            assertProblem(answer, 413, "body: ");
            assertThat(answer.header("connection")).isEqualTo("close");
            client.send("x".repeat(10_000));
            assertThat(client.isClosedWithin(SOON)).isTrue();
        }
    }

    @Test
    void a_client_that_sends_chunks_can_read_413_before_the_last_one() throws IOException {
        try (RawHttp client = send(CHUNKED)) {
            for (int i = 0; i < 20; i++) {
                client.send("400\n" + "x".repeat(1024) + "\n");
            }
            assertProblem(client.answer(), 413, "body: ");
            client.send("0\n\n");
            assertThat(client.isClosedWithin(SOON)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "zz\na\n0\n\n", "-1\na\n0\n\n", "7fffffffffffffff\na\n", "1\na\n0\nno trailer\n\n" })
    void chunks_that_are_none_are_refused_and_end_the_connection(String chunks) throws IOException {
        try (RawHttp client = send(CHUNKED + chunks)) {
            assertProblem(client.answer(), 400, "body: expected chunks of HTTP/1.1");
            assertThat(client.isClosedWithin(SOON)).isTrue();
        }
        assertThat(replica.log()).doesNotContain("\tat ").doesNotContain("ERROR");
    }

    @Test
    void a_client_that_asks_first_is_refused_and_its_connection_ends() throws IOException {
        try (RawHttp client = send("POST /rooms/a HTTP/1.1\n" + HOST + "Expect: 100-continue\nContent-Length: 30000\n\n")) {
            assertProblem(client.answer(), 413, "body: ");
            assertThat(client.isClosedWithin(SOON)).isTrue();
        }
        try (RawHttp client = send(
                "POST /rooms/a HTTP/1.1\n" + HOST + "Expect: 100-continue\nContent-Type: text/plain\nContent-Length: 5\n\n")) {
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send("hello").answer().status()).isEqualTo(201);
        }
    }

    /** It would take 100 (Continue) for the response (RFC 9110 section 10.1.1). */
    @Test
    void a_client_of_http_1_0_is_not_told_to_continue() throws IOException {
        try (RawHttp client = send("POST /rooms/a HTTP/1.0\n" + HOST
                + "Expect: 100-continue\nContent-Type: text/plain\nContent-Length: 5\n\nhello")) {
            assertThat(client.answer().status()).isEqualTo(201);
        }
    }

    /** It knows no chunks: the end of the stream is that of the connection (RFC 9112 section 6.3). */
    @Test
    void a_stream_to_a_client_of_http_1_0_ends_with_its_connection() throws IOException {
        try (RawHttp client = send(
                "GET /rooms/old HTTP/1.0\n" + HOST + "Accept: text/event-stream\nConnection: keep-alive\n\n")) {
            Answer answer = client.answer();
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(answer.header("transfer-encoding")).isNull();
            Awaitility.await()
                    .until(() -> replica.given().get("/rooms/old/members").path("members.id").toString().contains("~"));
            List<String> ids = replica.given().get("/rooms/old/members").path("members.id");
            replica.given().delete("/sessions/" + ids.get(0)).then().statusCode(204);
            assertThat(client.rest()).contains("@welcome", "@goodbye");
        }
        try (RawHttp client = send("GET /rooms/old HTTP/1.0\n" + HOST + "Connection: keep-alive\n\n")) {
            assertThat(client.answer().header("connection")).isEqualTo("keep-alive");
            client.send("GET /rooms/old HTTP/1.0\n" + HOST + "\n");
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void a_malformed_request_with_a_body_that_is_not_sent_ends_the_connection() throws IOException {
        try (RawHttp client = send("POST /rooms/%zz HTTP/1.1\n" + HOST + "Content-Length: 50\nExpect: 100-continue\n\n")) {
            Answer answer = client.answer();
            assertProblem(answer, 400, "request: expected a path and a query");
            assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
            assertThat(client.isClosedWithin(SOON)).isTrue();
        }
    }

    @Test
    void a_client_that_still_sends_headers_can_read_that_they_are_too_large() throws IOException {
        try (RawHttp client = send("GET /rooms/a HTTP/1.1\n" + HOST + ("X-Large: " + "x".repeat(2_000) + "\n").repeat(200))) {
            assertProblem(client.answer(), 431, "headers: larger");
            assertThat(client.isClosedWithin(SOON)).isTrue();
        }
    }

    @Test
    void a_refused_post_of_a_polling_client_leaves_no_stack_trace() throws IOException {
        String sid = replica.get("/socket.io/?EIO=4&transport=polling").body().replaceAll(".*\"sid\":\"([^\"]+)\".*", "$1");
        try (RawHttp client = send("POST /socket.io/?EIO=4&transport=polling&sid=" + sid + " HTTP/1.1\n" + HOST
                + "Content-Encoding: br\nContent-Length: 2\n\n40")) {
            assertProblem(client.answer(), 415, "Content-Encoding: expected gzip");
        }
        assertThat(replica.post("/socket.io/?EIO=4&transport=polling&sid=" + sid, "40").statusCode()).isEqualTo(200);
        assertThat(replica.log()).doesNotContain("Exception").doesNotContain("\tat ");
    }

    @Test
    void a_body_over_http_2_has_the_same_bounds() throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        for (int size : new int[] { 5, LIMIT + 1 }) {
            // The client does not know the length.
            HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.fromPublisher(
                    HttpRequest.BodyPublishers.ofByteArray("x".repeat(size).getBytes(StandardCharsets.UTF_8)));
            // The first request of a connection is one of HTTP/1.
            client.send(HttpRequest.newBuilder(URI.create(replica.http("/rooms"))).build(), BodyHandlers.ofString());
            HttpResponse<String> answer = client.send(HttpRequest.newBuilder(URI.create(replica.http("/rooms/two")))
                    .header("Content-Type", "text/plain").POST(body).build(), BodyHandlers.ofString());

            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(size > LIMIT ? 413 : 201);
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        }
        return compressed.toByteArray();
    }

    private static Answer postGzip(byte[] body) throws IOException {
        try (RawHttp client = send("POST /rooms/packed HTTP/1.1\n" + HOST
                + "Content-Type: text/plain\nContent-Encoding: gzip\nContent-Length: " + body.length + "\n\n")) {
            return client.send(body).answer();
        }
    }

    @Test
    void a_compressed_body_is_stored_decoded_and_bounded_by_its_decoded_size() throws IOException {
        assertThat(postGzip(gzip("hello".getBytes(StandardCharsets.UTF_8))).status()).isEqualTo(201);
        assertThat(replica.get("/rooms/packed/messages").body()).contains("\"data\":\"hello\"");

        assertProblem(postGzip(gzip(new byte[LIMIT + 1])), 413, "body: ");
        assertProblem(postGzip("hello".getBytes(StandardCharsets.UTF_8)), 400, "body: expected gzip");
    }

    @Test
    void another_encoding_is_refused_with_the_one_that_is_known() throws IOException {
        try (RawHttp client = send(
                "POST /rooms/a HTTP/1.1\n" + HOST
                        + "Content-Type: text/plain\nContent-Encoding: br\nContent-Length: 3\n\nabc")) {
            Answer answer = client.answer();
            assertProblem(answer, 415, "Content-Encoding: ");
            assertThat(answer.header("accept-encoding")).isEqualTo("gzip");
        }
    }
}
