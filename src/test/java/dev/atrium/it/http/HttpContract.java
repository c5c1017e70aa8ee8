package dev.atrium.it.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.emptyOrNullString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.ClusterContract;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.fixture.StreamClient;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Contract of the HTTP API of rooms: each way to read a room, and the operations of a backend, whatever the backplane. */
abstract class HttpContract extends ClusterContract {

    static final Map<String, String> SETTINGS = Map.of(
            "atrium.heartbeat.interval", "500ms",
            "atrium.outbox.limit", "1M");

    HttpContract(Cluster cluster) {
        super(cluster);
    }

    @ParameterizedTest
    @CsvSource({ "text/event-stream, text/event-stream", "application/x-ndjson, application/x-ndjson",
            "'text/html;q=0.5, text/event-stream', text/event-stream",
            "'image/png, application/x-ndjson', application/x-ndjson" })
    void a_stream_sends_the_missed_messages_and_then_the_new_ones(String accept, String type) {
        String room = "/rooms/stream-" + Math.abs(accept.hashCode());
        String epoch = say(room, 3);
        try (StreamClient stream = elsewhere().stream(room + "?after=" + epoch + ":1", "Accept", accept)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("Content-Type")).isEqualTo(type);
            assertThat(stream.header("Cache-Control")).isEqualTo("no-store");
            assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
            here().post(room, "live");
            List<JsonNode> messages = stream.events("message", 3);
            assertThat(messages).extracting(m -> m.path("data").asText()).containsExactly("message 2", "message 3", "live");
            JsonNode welcome = stream.events("@welcome", 1).get(0).path("data");
            assertThat(welcome.path("recovered").asBoolean()).isTrue();
            assertThat(welcome.path("offset").asLong()).isEqualTo(1);
            assertThat(stream.events().get(0).path("event").asText()).isEqualTo("@welcome");
        }
    }

    @Test
    void a_volatile_message_reaches_those_who_are_connected_without_a_position() {
        say("/rooms/volatile", 2);
        try (StreamClient stream = elsewhere().stream("/rooms/volatile", "Accept", "text/event-stream");
                SessionClient ann = here().session();
                SessionClient bob = elsewhere().session();
                SocketClient plain = elsewhere().plain("/rooms/volatile");
                SocketIoClient io = SocketIoClient.connect(elsewhere(), "/", "websocket")) {
            stream.events("@welcome", 1);
            ann.join("volatile");
            bob.join("volatile");
            io.emitWithAck("join", "volatile");
            assertThat(ann.call("send", "{\"room\":\"volatile\",\"event\":\"typing\",\"data\":\"ann\",\"volatile\":true,"
                    + "\"echo\":false}").path("code").asInt()).isEqualTo(200);
            here().given().contentType("text/plain").body("post").post("/rooms/volatile?volatile&event=typing").then()
                    .statusCode(202).body(is(emptyOrNullString()));
            io.emitWithAck("sendVolatile", "volatile", "typing", "io");
            here().post("/rooms/volatile", "kept");

            bob.pushes("message", 1);
            stream.events("message", 1);
            io.awaitReceived("message kept");
            SocketClient.await().until(() -> plain.received().contains("kept"));
            assertThat(bob.pushes("typing")).extracting(push -> push.path("data").asText())
                    .containsExactlyInAnyOrder("ann", "post", "io");
            assertThat(bob.pushes("typing")).allSatisfy(push -> {
                assertThat(push.has("offset")).isFalse();
                assertThat(push.has("epoch")).isFalse();
                assertThat(push.path("at").asLong()).isPositive();
            });
            assertThat(ann.pushes("typing")).extracting(push -> push.path("data").asText())
                    .containsExactlyInAnyOrder("post", "io");
            assertThat(stream.events("typing")).hasSize(3);
            assertThat(stream.lines()).filteredOn(line -> line.startsWith("id: ")).hasSize(2);
            assertThat(plain.received()).contains("ann", "post", "io");
            assertThat(io.received("typing")).containsExactlyInAnyOrder("typing ann", "typing post", "typing io");
            assertThat(bob.pushes("message").get(0).path("offset").asLong()).isEqualTo(3);
        }
        here().given().get("/rooms/volatile/messages").then().body("messages.data",
                contains("message 1", "message 2", "kept"));
    }

    @Test
    void a_volatile_message_to_one_member_of_a_room_reaches_it_alone() {
        try (StreamClient stream = here().stream("/rooms/aside", "Accept", "text/event-stream");
                SessionClient ann = here().session();
                SessionClient bob = elsewhere().session();
                SessionClient outsider = elsewhere().session()) {
            stream.events("@welcome", 1);
            ann.join("aside");
            bob.join("aside");
            for (String to : List.of(bob.id(), outsider.id())) {
                assertThat(ann.call("send", "{\"room\":\"aside\",\"data\":\"ann\",\"volatile\":true,\"to\":\"" + to + "\"}")
                        .path("code").asInt()).isEqualTo(200);
                here().given().contentType("text/plain").body("post").post("/rooms/aside?volatile&to=" + to).then()
                        .statusCode(202);
            }
            here().post("/rooms/aside", "for all");

            assertThat(bob.pushes("message", 3)).extracting(push -> push.path("data").asText()).containsExactlyInAnyOrder("ann",
                    "post", "for all");
            assertThat(bob.pushes("message")).allMatch(push -> push.path("room").asText().equals("aside"));
            ann.pushes("message", 1);
            stream.events("message", 1);
            assertThat(ann.pushes("message")).hasSize(1);
            assertThat(stream.events("message")).hasSize(1);
            assertThat(outsider.pushes("message")).isEmpty();

            assertThat(ann.call("send", "{\"room\":\"aside\",\"data\":1,\"to\":\"" + bob.id() + "\"}").path("error").asText())
                    .isEqualTo("params.to: expected none, because the message is not volatile");
            assertThat(ann.call("send", "{\"room\":\"aside\",\"data\":1,\"volatile\":true,\"to\":\"bob\"}").path("error")
                    .asText()).isEqualTo("params.to: expected the id of a session");
            here().given().contentType("text/plain").body("x").post("/rooms/aside?volatile&to=bob").then().statusCode(400)
                    .body("detail", equalTo("to: expected the id of a session"));
            here().given().contentType("text/plain").body("x").post("/rooms/aside?to=" + bob.id()).then().statusCode(400)
                    .body("detail", equalTo("to: expected none, because the message is not volatile"));
        }
    }

    @ParameterizedTest
    @CsvSource({ "maybe, , 'volatile: expected true or false'",
            "true, key, 'Idempotency-Key: expected none for a volatile message'" })
    void a_volatile_publication_that_makes_no_sense_is_refused(String isVolatile, String key, String detail) {
        here().given().headers(key == null ? Map.of() : Map.of("Idempotency-Key", key)).contentType("text/plain").body("x")
                .post("/rooms/volatile-wrong?volatile=" + isVolatile).then().statusCode(400).body("detail", equalTo(detail));
    }

    @Test
    void server_sent_events_carry_their_position_and_last_event_id_resumes_from_it() {
        String epoch = say("/rooms/ids", 2);
        try (StreamClient stream = elsewhere().stream("/rooms/ids?after=0", "Accept", "text/event-stream",
                "Last-Event-ID", epoch + ":1")) {
            stream.events("message", 1);
            assertThat(stream.lines()).contains("id: " + epoch + ":1", "event: @welcome", "id: " + epoch + ":2")
                    .noneMatch(line -> line.startsWith("event: message"));
            assertThat(stream.events("message")).extracting(m -> m.path("offset").asLong()).containsExactly(2L);
        }
    }

    @Test
    void a_stream_from_a_lost_epoch_sends_a_gap_and_continues() {
        say("/rooms/lost", 2);
        try (StreamClient stream = elsewhere().stream("/rooms/lost", "Accept", "application/x-ndjson",
                "Last-Event-ID", "elsewhen:1")) {
            assertThat(stream.events("@welcome", 1).get(0).at("/data/recovered").asBoolean()).isFalse();
            here().post("/rooms/lost", "next");
            assertThat(stream.events("message", 1).get(0).path("offset").asLong()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({ "text/event-stream, ':'", "application/x-ndjson, ''" })
    void a_silent_stream_shows_that_the_server_lives(String accept, String heartbeat) {
        try (StreamClient stream = here().stream("/rooms/silent", "Accept", accept)) {
            stream.events("@welcome", 1);
            SocketClient.await().until(() -> stream.lines().stream().skip(3).filter(heartbeat::equals).count() >= 2);
        }
    }

    @Test
    void the_endless_page_calls_its_parent_and_data_cannot_leave_the_script() {
        here().post("/rooms/page", "application/json", "{\"html\":\"</script><b>\u2028\"}".getBytes(StandardCharsets.UTF_8));
        try (StreamClient page = elsewhere().stream("/rooms/page?as=iframe&after=0")) {
            assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
            assertThat(page.events("message", 1).get(0).at("/data/html").asText()).isEqualTo("</script><b>\u2028");
            assertThat(page.lines().get(0).getBytes(StandardCharsets.UTF_8)).hasSizeGreaterThan(1024);
            // A heartbeat, which is a comment, may follow.
            String script = page.lines().stream().filter(line -> line.contains("\"event\":\"message\"")).findFirst()
                    .orElseThrow();
            assertThat(script).startsWith("<script>parent.onRoomMessage({").endsWith("})</script>")
                    .doesNotContain("\u2028").containsOnlyOnce("</script>");
        }
    }

    @Test
    void binary_data_and_json_over_several_lines_are_whole_in_every_stream() {
        String body = "{\n \"a\" :\r\n [1, 2]\n}";
        here().post("/rooms/kinds", "application/octet-stream", new byte[] { 0, (byte) 0xFF });
        here().post("/rooms/kinds?event=two%20words", "application/json", body.getBytes(StandardCharsets.UTF_8));
        for (String accept : List.of("text/event-stream", "application/x-ndjson")) {
            try (StreamClient stream = elsewhere().stream("/rooms/kinds?after=0", "Accept", accept)) {
                JsonNode binary = stream.events("message", 1).get(0);
                assertThat(binary.path("encoding").asText()).isEqualTo("base64");
                assertThat(binary.path("data").asText()).isEqualTo("AP8=");
                assertThat(stream.events("two words", 1).get(0).at("/data/a/1").asInt()).as(accept).isEqualTo(2);
            }
        }
    }

    @Test
    void a_poll_gives_what_is_there_and_a_long_poll_waits_for_more() {
        String epoch = say("/rooms/poll", 3);
        elsewhere().given().get("/rooms/poll/messages?limit=2").then()
                .body("epoch", equalTo(epoch), "offset", equalTo(3), "messages.offset", contains(2, 3));
        elsewhere().given().get("/rooms/poll/messages?after=" + epoch + ":1").then().body("messages.offset", contains(2, 3));
        elsewhere().given().get("/rooms/poll/messages?after=1&before=3").then().body("messages.offset", contains(2));
        elsewhere().given().get("/rooms/poll/messages?after=3&wait=0").then().body("messages", empty());

        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(
                () -> elsewhere().get("/rooms/poll/messages?after=" + epoch + ":3&wait=25"));
        Awaitility.await().during(Duration.ofMillis(300)).until(() -> !waiting.isDone());
        here().post("/rooms/poll", "message 4");
        JsonNode answer = json(waiting.orTimeout(10, TimeUnit.SECONDS).join());
        assertThat(answer.path("messages").findValuesAsText("data")).containsExactly("message 4");
        assertThat(answer.path("recovered").asBoolean()).isTrue();
        assertThat(answer.path("offset").asLong()).isEqualTo(4);
    }

    @Test
    void a_long_poll_without_messages_ends_empty_and_is_no_member() {
        String epoch = say("/rooms/quiet", 1);
        long start = System.nanoTime();
        Response answer = elsewhere().given().get("/rooms/quiet/messages?after=" + epoch + ":1&wait=1");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(900));
        answer.then().body("messages", empty(), "offset", equalTo(1));
        here().given().get("/rooms/quiet").then().body("members", equalTo(0));
    }

    @Test
    void a_long_poll_whose_client_has_gone_leaves_nothing_behind() throws IOException {
        Awaitility.await().until(() -> elsewhere().metric("atrium_memberships") == 0);
        try (Socket gone = new Socket("127.0.0.1", elsewhere().port())) {
            gone.getOutputStream().write("GET /rooms/gone/messages?wait=50 HTTP/1.1\r\nHost: a\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().until(() -> elsewhere().metric("atrium_memberships") == 1);
        }
        Awaitility.await().until(() -> elsewhere().metric("atrium_memberships") == 0);
    }

    @Test
    void polling_without_pause_misses_nothing_and_repeats_nothing() {
        String epoch = say("/rooms/chain", 1);
        CompletableFuture<Void> speaker = CompletableFuture.runAsync(() -> {
            for (int i = 2; i <= 300; i++) {
                here().post("/rooms/chain", "message " + i);
            }
        });
        String place = epoch + ":0";
        ArrayList<String> received = new ArrayList<>();
        while (received.size() < 300) {
            JsonNode answer = json(elsewhere().get("/rooms/chain/messages?wait=5&after=" + place));
            assertThat(answer.path("recovered").asBoolean()).isTrue();
            received.addAll(answer.path("messages").findValuesAsText("offset"));
            place = answer.path("epoch").asText() + ":" + answer.path("offset").asText();
        }
        speaker.join();
        assertThat(received).isEqualTo(IntStream.rangeClosed(1, 300).mapToObj(Integer::toString).toList());
    }

    @Test
    void a_range_with_nothing_in_it_is_empty() {
        say("/rooms/range", 2);
        for (String range : List.of("after=9223372036854775807&before=5", "before=0", "after=5&before=3")) {
            here().given().get("/rooms/range/messages?" + range).then().body("messages", empty());
        }
    }

    @Test
    void a_poll_from_a_lost_epoch_returns_the_whole_history_and_that_it_did_not_recover() {
        say("/rooms/other-epoch", 2);
        elsewhere().given().get("/rooms/other-epoch/messages?wait=5&after=elsewhen:7").then()
                .body("recovered", is(false), "messages.offset", contains(1, 2));
        elsewhere().given().get("/rooms/other-epoch/messages?wait=5&after=7").then()
                .body("recovered", is(false), "messages.offset", contains(1, 2));
        elsewhere().given().get("/rooms/other-epoch/messages?after=elsewhen:7&before=2").then()
                .body("recovered", is(false), "messages.offset", contains(1));
        elsewhere().given().get("/rooms/other-epoch/messages?after=elsewhen:7&before=1").then()
                .body("messages", empty(), "offset", equalTo(0));
    }

    @Test
    void the_state_of_a_room_and_its_members_and_the_rooms_are_listed() {
        String epoch = say("/rooms/state-1", 2);
        try (StreamClient bob = elsewhere().stream("/rooms/state-1", "Accept", "text/event-stream");
                SessionClient ann = here().session()) {
            bob.events("@welcome", 1);
            ann.join("state-1");
            elsewhere().given().get("/rooms/state-1").then()
                    .body("room", equalTo("state-1"), "members", equalTo(2), "epoch", equalTo(epoch), "offset", equalTo(2));
            here().given().get("/rooms/state-1/members").then()
                    .body("members.id", contains(bob.events("@welcome").get(0).at("/data/id").asText(), ann.id()));
            here().given().get("/rooms/state-1/members?by=user").then().body("members", hasSize(2));
        }
        Awaitility.await()
                .untilAsserted(() -> elsewhere().given().get("/rooms/state-1").then().body("members", equalTo(0)));
        elsewhere().given().get("/rooms?prefix=state-").then().body("rooms.room", contains("state-1"));
    }

    @Test
    void rooms_are_listed_in_pages() {
        for (int i = 0; i < 25; i++) {
            here().post("/rooms/listed-" + i + "?ns=/list", "x");
        }
        Set<String> names = new TreeSet<>();
        String cursor = "";
        do {
            JsonNode page = json(elsewhere().get("/rooms?ns=/list&limit=10" + cursor));
            names.addAll(page.path("rooms").findValuesAsText("room"));
            cursor = page.has("next") ? "&cursor=" + page.path("next").asText() : null;
        } while (cursor != null);
        assertThat(names).hasSize(25).allMatch(name -> name.startsWith("listed-"));
    }

    @Test
    void a_backend_ends_a_session_wherever_it_is() {
        try (SessionClient ann = elsewhere().session();
                StreamClient bob = elsewhere().stream("/rooms/end", "Accept",
                        "text/event-stream")) {
            here().given().delete("/sessions/" + ann.id()).then().statusCode(204);
            assertThat(ann.awaitClose()).isEqualTo(1008);
            assertThat(ann.pushes("@goodbye", 1).get(0).at("/data/reason").asText())
                    .isEqualTo("disconnected by the application");
            String id = bob.events("@welcome", 1).get(0).at("/data/id").asText();
            here().given().delete("/sessions/" + id).then().statusCode(204);
            bob.awaitEnd();
            assertThat(bob.events("@goodbye")).hasSize(1);
            here().given().delete("/sessions/" + ann.id()).then().statusCode(404).contentType("application/problem+json");
        }
    }

    @Test
    void a_post_with_an_idempotency_key_is_published_once() {
        String first = postWithKey(here());
        assertThat(postWithKey(elsewhere())).isEqualTo(first);
        here().given().get("/rooms/key").then().body("offset", equalTo(1));
    }

    private static String postWithKey(Replica replica) {
        return replica.given().header("Idempotency-Key", "order-17").post("/rooms/key").asString();
    }

    @Test
    void a_stream_that_does_not_read_is_ended_and_counted_and_resumes() throws IOException {
        String room = "/rooms/slow";
        String epoch = say(room, 1);
        double before = closedAsSlow();
        try (Socket lazy = new Socket()) {
            lazy.setReceiveBufferSize(4096);
            lazy.connect(new InetSocketAddress("127.0.0.1", elsewhere().port()));
            lazy.getOutputStream().write(("GET " + room + " HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] large = new byte[200_000];
            Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(10)).until(() -> {
                here().post(room, "application/octet-stream", large);
                return closedAsSlow() > before;
            });
        }
        try (StreamClient back = here().stream(room + "?after=" + epoch + ":1", "Accept", "application/x-ndjson")) {
            assertThat(back.events("message", 1).get(0).path("offset").asLong()).isEqualTo(2);
            assertThat(back.events("@welcome").get(0).at("/data/recovered").asBoolean()).isTrue();
        }
    }

    private double closedAsSlow() {
        return elsewhere().metric("atrium_connections_closed_total{reason=\"slow_consumer\",transport=\"sse\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/rooms/a/messages?after=x", "/rooms/a/messages?after=-1", "/rooms/a/messages?limit=0",
            "/rooms/a/messages?limit=1001", "/rooms/a/messages?wait=56", "/rooms/a/messages?wait=-1",
            "/rooms/a/messages?before=x",
            "/rooms/a/members?by=room", "/rooms/a/members?cursor=x", "/rooms/a/members?limit=x", "/rooms?limit=x",
            "/rooms/a/messages?wait=x",
            "/rooms/a?ns=%0A", "/rooms/a?as=iframe&after=x" })
    void a_wrong_query_gets_400_and_the_name_of_the_field(String path) {
        here().given().get(path).then().statusCode(400).contentType("application/problem+json")
                .body("detail", matchesPattern("(after|limit|wait|before|by|cursor|ns|namespace): .*"));
    }

    @ParameterizedTest
    @CsvSource({ "GET, /nowhere, 404", "PUT, /rooms/a, 405", "POST, /rooms/a/members, 405" })
    void a_missing_resource_is_a_problem_document(String method, String path, int status) {
        here().given().request(method, path).then().statusCode(status)
                .body("status", equalTo(status), "title", not(emptyOrNullString()));
    }

    @Test
    void a_client_may_not_read_the_own_room_of_another_session() {
        try (SessionClient ann = here().session()) {
            for (String accept : List.of("text/event-stream", "application/json")) {
                elsewhere().given().accept(accept).get("/rooms/" + ann.id()).then().statusCode(403);
            }
            elsewhere().given().get("/rooms/" + ann.id() + "/messages?after=0").then().statusCode(403);
        }
    }

    @Test
    void the_openapi_document_is_for_operators_and_names_each_path() {
        assertThat(here().givenManagement().get("/q/openapi").asString()).contains("/rooms:", "/rooms/{room}:",
                "/rooms/{room}/messages:", "/rooms/{room}/members:", "/sessions/{id}:", "/users/{user}/sessions:",
                "text/event-stream:", "application/x-ndjson:", "Last-Event-ID", "Idempotency-Key");
    }

    /** Publishes a number of messages, and returns the room's epoch. */
    private String say(String room, int times) {
        String epoch = "";
        for (int i = 1; i <= times; i++) {
            epoch = json(here().post(room, "message " + i)).path("epoch").asText();
        }
        return epoch;
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return SessionClient.json(answer.body());
    }
}
