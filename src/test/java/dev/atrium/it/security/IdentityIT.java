package dev.atrium.it.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.fixture.StreamClient;
import dev.atrium.it.fixture.Tokens;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Identity of a client: where it comes from, how long it lasts, and what it allows. */
class IdentityIT {

    private static final String KEY = "a secret of the billing backend";
    private static final String ADMIN = "the secret of an administrator";

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start(Tokens.required(Map.of(
                "atrium.auth.timeout", "400ms",
                "atrium.auth.notice", "1500ms",
                "atrium.auth.grace", "500ms",
                "atrium.auth.cookie", "session",
                "atrium.origins", "https://app.example.com,https://other.example.com",
                "atrium.api-keys.billing.key", KEY,
                "atrium.api-keys.billing.rooms", "/* *:publish",
                "atrium.api-keys.operator.key", ADMIN,
                "atrium.api-keys.operator.rooms", "/* *:admin",
                "quarkus.http.access-log.enabled", "true")));
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    private static SessionClient connect(String token) {
        SessionClient client = replica.session();
        JsonNode reply = client.call("auth", "{\"token\":\"" + token + "\"}");
        assertThat(reply.path("code").asInt()).as(reply.toString()).isEqualTo(200);
        return client;
    }

    @Test
    void a_client_that_does_not_authenticate_is_closed_with_4401() {
        try (SessionClient unauthenticated = replica.session()) {
            assertThat(unauthenticated.welcome().path("auth").asText()).isEqualTo("required");
            assertThat(unauthenticated.welcome().path("resume").isNull()).isTrue();
            assertThat(unauthenticated.awaitClose()).isEqualTo(4401);
        }
    }

    @Test
    void heartbeats_are_answered_before_anything_is_known() {
        try (SessionClient unauthenticated = replica.session()) {
            assertThat(unauthenticated.call("heartbeat", "{}").path("code").asInt()).isEqualTo(200);
            assertThat(unauthenticated.call("call", "{\"name\":\"x\"}").path("code").asInt()).isEqualTo(401);
            assertThat(unauthenticated.call("leave", "{\"room\":\"lobby\"}").path("code").asInt()).isEqualTo(401);
            assertThat(unauthenticated.call("resume", "{\"token\":\"x\"}").path("code").asInt()).isEqualTo(401);
        }
    }

    @Test
    void auth_is_answered_with_the_user_the_expiry_and_the_resume_token() {
        Instant end = Instant.ofEpochSecond(Instant.now().getEpochSecond() + 3600);
        try (SessionClient ann = replica.session()) {
            JsonNode body = ann.call("auth", "{\"token\":\"" + Tokens.expiring("ann", "lobby:join send", end) + "\"}")
                    .path("body");
            assertThat(body.path("user").asText()).isEqualTo("ann");
            assertThat(body.path("expires").asLong()).isEqualTo(end.toEpochMilli());
            assertThat(body.path("resume").asText()).hasSize(28);
            assertThat(body.path("places").size()).isEqualTo(2);
            assertThat(ann.join("lobby").path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void others_see_the_user_behind_a_message_and_among_the_members() {
        try (SessionClient ann = connect(Tokens.of("ann", "hall:join send presence"));
                SessionClient bob = connect(Tokens.of("bob", "hall:join"))) {
            ann.join("hall");
            bob.join("hall");
            ann.call("send", "{\"room\":\"hall\",\"data\":1}");
            assertThat(bob.pushes("message", 1).get(0).path("from").path("user").asText()).isEqualTo("ann");
            assertThat(ann.call("members", "{\"room\":\"hall\",\"by\":\"user\"}").path("body").path("members")
                    .findValuesAsText("user"))
                    .containsExactlyInAnyOrder("ann", "bob");
            replica.request("POST", "/rooms/hall", "Authorization", "Bearer " + Tokens.of("eve", "hall:send"));
            JsonNode from = bob.pushes("message", 2).get(1).path("from");
            assertThat(from.path("user").asText()).isEqualTo("eve");
            assertThat(from.has("id")).isFalse();
        }
    }

    @Test
    void a_token_that_expires_is_renewed_on_its_connection_or_ends_the_session() {
        Instant soon = Instant.now().plusSeconds(3);
        try (SessionClient ann = connect(Tokens.expiring("ann", "lobby:join send", soon));
                SessionClient bob = connect(Tokens.expiring("bob", "lobby:join", soon))) {
            ann.join("lobby");
            bob.join("lobby");
            long told = ann.pushes("@expiring", 1).get(0).path("data").path("expires").asLong();
            assertThat(told).isEqualTo(soon.getEpochSecond() * 1000);
            String fresh = Tokens.of("ann", "lobby:join send");
            assertThat(ann.call("auth", "{\"token\":\"" + fresh + "\"}").path("body").path("user").asText()).isEqualTo("ann");
            assertThat(bob.awaitClose()).isEqualTo(4401);
            assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(told + 500);
            assertThat(ann.call("send", "{\"room\":\"lobby\",\"data\":1}").path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void a_stream_is_sent_the_expiry_and_ended_too() {
        String token = Tokens.expiring("ann", "lobby:join", Instant.now().plusSeconds(2));
        try (StreamClient stream = replica.stream("/rooms/lobby", "Accept", "text/event-stream", "Authorization",
                "Bearer " + token)) {
            stream.events("@expiring", 1);
            assertThat(stream.events("@goodbye", 1)).isNotEmpty();
            stream.awaitEnd();
        }
    }

    @Test
    void a_client_of_socket_io_is_sent_the_expiry_and_renews_or_is_disconnected() {
        Map<String, String> soon = Map.of("token", Tokens.expiring("ann", "lobby:join send", Instant.now().plusSeconds(3)));
        URI uri = URI.create(replica.http("/"));
        try (SocketIoClient ann = SocketIoClient.connect(uri, "websocket", soon).awaitConnected();
                SocketIoClient lazy = SocketIoClient.connect(uri, "polling", soon).awaitConnected()) {
            SocketClient.await().until(() -> !ann.received("@expiring").isEmpty());
            assertThat(ann.emitWithAck("@auth", Tokens.of("ann", "lobby:join send"))).contains("\"code\":200",
                    "\"user\":\"ann\"");
            lazy.awaitReceived("@disconnect io server disconnect");
            assertThat(ann.emitWithAck("join", "lobby")).contains("\"code\":200");
        }
    }

    @Test
    void another_user_s_token_renews_nothing() {
        try (SessionClient ann = connect(Tokens.of("ann", "lobby:join"))) {
            JsonNode reply = ann.call("auth", "{\"token\":\"" + Tokens.of("bob", "lobby:join") + "\"}");
            assertThat(reply.path("code").asInt()).isEqualTo(403);
            assertThat(reply.path("error").asText()).startsWith("params.token: ");
        }
    }

    @Test
    void a_narrower_token_takes_rooms_away() {
        try (SessionClient ann = connect(Tokens.of("ann", "lobby:join;team:join"));
                SessionClient bob = connect(Tokens.of("bob", "*:send"))) {
            ann.join("lobby");
            ann.join("team");
            JsonNode body = ann.call("auth", "{\"token\":\"" + Tokens.of("ann", "lobby:join") + "\"}").path("body");
            assertThat(body.path("left")).extracting(JsonNode::asText).containsExactly("team");
            bob.call("send", "{\"room\":\"team\",\"data\":\"secret\"}");
            bob.call("send", "{\"room\":\"lobby\",\"data\":\"public\"}");
            assertThat(ann.pushes("message", 1).get(0).path("data").asText()).isEqualTo("public");
        }
    }

    @Test
    void only_the_same_user_resumes_a_session_and_only_where_it_still_may_be() {
        String resume;
        try (SessionClient ann = replica.session()) {
            resume = ann.call("auth", "{\"token\":\"" + Tokens.of("ann", "lobby:join;team:join") + "\"}").path("body")
                    .path("resume").asText();
            ann.join("lobby");
            ann.join("team");
            ann.cut();
        }
        try (SessionClient eve = connect(Tokens.of("eve", "*:admin"))) {
            JsonNode refused = eve.call("resume", "{\"token\":\"" + resume + "\"}");
            assertThat(refused.path("code").asInt()).isEqualTo(403);
        }
        try (SessionClient ann = connect(Tokens.of("ann", "lobby:join"))) {
            JsonNode body = ann.call("resume", "{\"token\":\"" + resume + "\"}").path("body");
            assertThat(body.path("rooms").findValuesAsText("room")).contains("lobby").doesNotContain("team");
        }
    }

    @Test
    void a_token_for_another_namespace_opens_nothing_here() {
        try (SessionClient ann = SessionClient.connect(replica.ws("/ws?ns=/chat"))) {
            int seq = ann.send("auth", "{\"token\":\"" + Tokens.of("ann", "lobby:admin") + "\"}");
            assertThat(ann.reply(seq).path("code").asInt()).isEqualTo(403);
            assertThat(ann.awaitClose()).isEqualTo(4403);
        }
    }

    @Test
    void without_history_a_position_reaches_back_no_further_than_a_cut() {
        replica.request("POST", "/rooms/diary", "X-API-Key", KEY);
        try (SessionClient ann = connect(Tokens.of("ann", "diary:join"))) {
            assertThat(ann.call("history", "{\"room\":\"diary\"}").path("code").asInt()).isEqualTo(403);
            JsonNode joined = ann.call("join", "{\"room\":\"diary\",\"since\":{\"epoch\":\"\",\"offset\":0}}");
            assertThat(joined.path("body").path("recovered").asBoolean()).as("recent messages").isTrue();
            ann.pushes("message", 1);
        }
        Map<String, String> settings = Tokens.required(Map.of("atrium.resume.window", "1s", "atrium.api-keys.billing.key", KEY,
                "atrium.api-keys.billing.rooms", "*:publish", "atrium.heartbeat.interval", "200ms", "atrium.heartbeat.timeout",
                "200ms"));
        try (Replica forgetful = Replica.start(settings); SessionClient ann = forgetful.session()) {
            forgetful.request("POST", "/rooms/diary", "X-API-Key", KEY);
            long written = System.currentTimeMillis();
            String resume = ann.call("auth", "{\"token\":\"" + Tokens.of("ann", "diary:join") + "\"}").path("body")
                    .path("resume").asText();
            ann.join("diary");
            SocketClient.await().until(() -> System.currentTimeMillis() > written + 1_500);
            ann.cut();
            String token = Tokens.of("ann", "diary:join");
            try (SessionClient back = forgetful.session(); SessionClient again = forgetful.session()) {
                back.call("auth", "{\"token\":\"" + token + "\"}");
                JsonNode resumed = back.call("resume",
                        "{\"token\":\"" + resume + "\",\"places\":{\"diary\":{\"epoch\":\"\",\"offset\":0}}}");
                assertThat(resumed.path("code").asInt()).as(resumed.toString()).isEqualTo(200);
                assertThat(resumed.path("body").path("rooms")).filteredOn(room -> room.path("room").asText().equals("diary"))
                        .singleElement()
                        .satisfies(room -> assertThat(room.path("recovered").asBoolean()).isFalse());
                again.call("auth", "{\"token\":\"" + token + "\"}");
                JsonNode joined = again.call("join", "{\"room\":\"diary\",\"since\":{\"epoch\":\"\",\"offset\":0}}");
                assertThat(joined.path("body").path("recovered").asBoolean()).isFalse();
                forgetful.request("POST", "/rooms/diary", "X-API-Key", KEY);
                assertThat(back.pushes("message", 1).get(0).path("offset").asInt()).isEqualTo(2);
                assertThat(again.pushes("message", 1).get(0).path("offset").asInt()).isEqualTo(2);
            }
        }
    }

    @Test
    void only_the_sessions_of_the_user_that_the_path_names_are_ended() {
        try (SessionClient ann = connect(Tokens.of("ann", "lobby:join"));
                SessionClient other = connect(Tokens.of("ann;b", "lobby:join"))) {
            withKey(ADMIN).delete("/users/ann;b/sessions?ns=").then().statusCode(400);
            withKey(ADMIN).delete("/users/ann;b/sessions").then().statusCode(200).body("ended", equalTo(1));
            assertThat(other.awaitClose()).isEqualTo(4401);
            assertThat(ann.call("heartbeat", "{}").path("code").asInt()).isEqualTo(200);
        }
    }

    @Test
    void a_backend_publishes_with_its_key_and_may_do_nothing_else() {
        withKey(KEY).post("/rooms/invoices?ns=/shop").then().statusCode(201);
        withKey(KEY).get("/rooms/invoices/members?ns=/shop").then().statusCode(403);
        withKey(KEY).delete("/users/ann/sessions").then().statusCode(403);
        withKey(ADMIN).get("/rooms/invoices/members?ns=/shop").then().statusCode(200);
        withKey("a secret of the billing backenD").post("/rooms/invoices").then().statusCode(401)
                .header("WWW-Authenticate", "Bearer").body(containsString("X-API-Key: unknown"));
    }

    private static RequestSpecification withKey(String key) {
        return replica.given().header("X-API-Key", key);
    }

    @Test
    void a_refusal_names_what_is_missing() {
        replica.given().auth().oauth2(Tokens.of("ann", "lobby:join")).post("/rooms/lobby").then().statusCode(403)
                .body(containsString("the permission send is missing"));
        SocketClient.await().until(() -> replica.metric("atrium_denied_total{detail=\"send\",kind=\"permission\"}") >= 1);
        replica.awaitLog(
                "denied kind=permission detail=send transport=http identity=token name=\"ann\" address=\"127.0.0.1\" target=\"/ lobby\"");
    }

    @Test
    void a_plain_socket_that_may_only_listen_is_closed_when_it_publishes() throws IOException {
        String token = Tokens.of("ann", "news:join");
        try (RawSocket socket = RawSocket.connect(replica.port(), "/rooms/news?access_token=" + token)) {
            socket.text("hello");
            RawSocket.Frame close = socket.read();
            assertThat(close.closeCode()).isEqualTo(4403);
            assertThat(close.text()).contains("the permission send is missing");
        }
    }

    @Test
    void a_cookie_counts_and_pages_of_other_origins_do_not_come_in() throws IOException {
        String cookie = "Cookie: session=" + Tokens.of("ann", "lobby:join send") + "\r\n";
        try (RawSocket app = RawSocket.connect(replica.port(), "/rooms/lobby", cookie + "Origin: https://app.example.com\r\n");
                RawSocket evil = RawSocket.connect(replica.port(), "/rooms/lobby",
                        cookie + "Origin: https://evil.example.com\r\n");
                RawSocket sandbox = RawSocket.connect(replica.port(), "/socket.io/?EIO=4&transport=websocket",
                        cookie + "Origin: null\r\n")) {
            app.text("hello");
            assertThat(app.read().text()).isEqualTo("hello");
            assertThat(evil.status()).isEqualTo(403);
            assertThat(evil.body()).contains("Origin: ");
            assertThat(sandbox.status()).isEqualTo(403);
        }
        from("https://evil.example.com").get("/socket.io/?EIO=4&transport=polling").then().statusCode(403);
        from("https://evil.example.com").accept("text/event-stream").get("/rooms/lobby").then().statusCode(403);
        from(replica.http("")).cookie("session", "x").get("/rooms").then().statusCode(401);
    }

    @Test
    void pages_of_listed_origins_may_read_answers_and_send_cookies() {
        from("https://app.example.com").header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization,idempotency-key").options("/rooms/lobby").then()
                .header("access-control-allow-origin", "https://app.example.com")
                .header("access-control-allow-credentials", "true")
                .header("access-control-allow-headers", "authorization,idempotency-key");
        // The page can read why it is refused.
        from("https://app.example.com").get("/rooms").then().statusCode(401)
                .header("access-control-allow-origin", "https://app.example.com");
    }

    private static RequestSpecification from(String origin) {
        return replica.given().header("Origin", origin);
    }

    @Test
    void a_token_in_a_url_stays_out_of_the_access_log() {
        String token = Tokens.of("ann", "lobby:join history");
        replica.given().get("/rooms/lobby/messages?limit=3&access_token=" + token + "&after=0").then().statusCode(200);
        replica.awaitLog("/rooms/lobby/messages?limit=3&after=0");
        replica.given().get("/rooms/lobby/messages?limit=4;access_token=" + token).then().statusCode(400);
        replica.awaitLog("/rooms/lobby/messages?limit=4");
        assertThat(replica.log()).doesNotContain(token);
    }

    @Test
    void the_header_of_a_handshake_makes_no_request_valid_and_no_slash_avoids_the_filter() throws IOException {
        try (Replica open = Replica
                .start(Tokens.required(Map.of("atrium.auth.mode", "open", "atrium.limits.messages", "1")))) {
            for (String line : List.of("POST /rooms/a HTTP/1.1", "GET /rooms/a/messages HTTP/1.1")) {
                try (RawHttp client = RawHttp.connect(open.port()).send(line + "\nAuthorization: Bearer made.up.token\n"
                        + RawSocket.HANDSHAKE.replace("\r\n", "\n") + "Content-Length: 0\n\n")) {
                    assertThat(client.answer().status()).as(line).isEqualTo(401);
                }
            }
            int admitted = 0;
            for (int i = 0; i < 20; i++) {
                try (RawHttp client = RawHttp.connect(open.port()).send("GET /rooms/a/messages HTTP/1.1\n"
                        + RawSocket.HANDSHAKE.replace("\r\n", "\n") + "\n")) {
                    admitted += client.answer().status() == 200 ? 1 : 0;
                }
            }
            assertThat(admitted).isLessThan(10);
            try (SessionClient client = SessionClient.connect(open.ws("/ws/"))) {
                assertThat(client.welcome().path("resume").isTextual()).as("admitted").isTrue();
            }
        }
    }

    @Test
    void in_mode_open_a_token_is_not_needed_but_has_to_be_good() {
        Map<String, String> settings = new HashMap<>(
                Tokens.required(Map.of("atrium.auth.mode", "open", "atrium.permissions.everyone", "/* *:join")));
        try (Replica open = Replica.start(settings); SessionClient anonymous = open.session()) {
            assertThat(open.log()).containsOnlyOnce("atrium.auth.mode is open");
            assertThat(anonymous.join("lobby").path("code").asInt()).isEqualTo(200);
            assertThat(anonymous.call("send", "{\"room\":\"lobby\",\"data\":1}").path("code").asInt()).isEqualTo(403);
            assertThat(anonymous.call("auth", "{\"token\":\"" + Tokens.of("ann", "lobby:send") + "\"}").path("code").asInt())
                    .as("known there without a name already").isEqualTo(409);
            try (SessionClient ann = open.session()) {
                ann.call("auth", "{\"token\":\"" + Tokens.of("ann", "lobby:send") + "\"}");
                assertThat(ann.call("send", "{\"room\":\"lobby\",\"data\":1}").path("code").asInt()).isEqualTo(200);
                assertThat(anonymous.pushes("message", 1).get(0).path("from").path("user").asText()).isEqualTo("ann");
            }
            // How many is not for everyone to know.
            open.given().get("/rooms/lobby").then().statusCode(200).body(not(containsString("members")));
            open.given().auth().oauth2(Tokens.expired()).get("/rooms/lobby").then().statusCode(401);
        }
    }

    @Test
    void without_a_key_the_default_admits_every_client_but_makes_none_an_administrator() {
        try (Replica open = Replica.start(Map.of("atrium.permissions.everyone", "")); SessionClient anyone = open.session()) {
            assertThat(anyone.join("lobby").path("code").asInt()).isEqualTo(200);
            assertThat(anyone.call("send", "{\"room\":\"lobby\",\"data\":1}").path("code").asInt()).isEqualTo(200);
            open.given().delete("/sessions/" + anyone.id()).then().statusCode(403);
            open.given().auth().oauth2(Tokens.of("ann", "lobby:join")).get("/rooms/lobby").then()
                    .body(containsString("no key to verify it with"));
            Map<String, String> theirs = Map.of("token", "the application's own");
            try (SocketIoClient client = SocketIoClient.connect(URI.create(open.http("/")), "websocket", theirs)) {
                client.awaitConnected();
            }
        }
    }

    @Test
    void a_renewal_that_grants_less_shows_less_and_one_that_grants_nothing_ends_it() {
        try (SessionClient ann = connect(Tokens.of("ann", "park:join presence"));
                SessionClient eve = connect(Tokens.of("eve", "park:join"))) {
            ann.call("join", "{\"room\":\"park\",\"presence\":true}");
            eve.join("park");
            ann.pushes("@joined", 1);
            ann.call("auth", "{\"token\":\"" + Tokens.of("ann", "park:join") + "\"}");
            eve.call("leave", "{\"room\":\"park\"}");
            replica.request("POST", "/rooms/park", "X-API-Key", KEY);
            ann.pushes("message", 1);
            assertThat(ann.pushes("@left")).isEmpty();
            int seq = ann.send("auth", "{\"token\":\"" + Tokens.of("ann", "/chat park:join") + "\"}");
            assertThat(ann.reply(seq).path("code").asInt()).isEqualTo(403);
            assertThat(ann.awaitClose()).isEqualTo(4403);
        }
    }

    @Test
    void a_true_bookmark_recovers_and_a_made_up_one_does_not() throws IOException {
        Map<String, String> settings = Tokens.required(Map.of("atrium.resume.window", "1s", "atrium.api-keys.billing.key", KEY,
                "atrium.api-keys.billing.rooms", "*:publish", "atrium.socketio.connection-state-recovery", "true",
                "atrium.heartbeat.interval", "2s", "atrium.heartbeat.timeout", "50ms"));
        try (Replica recovering = Replica.start(settings)) {
            JsonNode old = SessionClient.json(recovering.request("POST", "/rooms/diary?event=old", "X-API-Key", KEY).body());
            long at = old.path("at").asLong();
            // Longer than a client can be disconnected and still have a session.
            SocketClient.await().until(() -> System.currentTimeMillis() > at + 3_300);
            JsonNode received = SessionClient
                    .json(recovering.request("POST", "/rooms/diary?event=received", "X-API-Key", KEY).body());
            String token = Tokens.of("ann", "diary:join");
            String first = session(recovering, token, null, null, true);
            recovering.request("POST", "/rooms/diary?event=missed", "X-API-Key", KEY);
            String place = received.path("at").asLong() * 1000 + 999 + "." + received.path("epoch").asText() + "."
                    + received.path("offset").asLong() + ".diary";
            SocketClient.await().until(() -> System.currentTimeMillis() > received.path("at").asLong() + 1_100);
            assertThat(session(recovering, token, first, at * 1000 + "." + old.path("epoch").asText() + ".0.diary", false))
                    .isNotEqualTo(first);
            String second = session(recovering, token, null, null, true);
            assertThat(session(recovering, token, second, place, false)).isEqualTo(second);
        }
    }

    /** Returns the pid of a new connection in a namespace, which is cut afterwards. */
    private static String session(Replica replica, String token, String pid, String offset, boolean join) throws IOException {
        try (RawSocket ann = RawSocket.connect(replica.port(), "/socket.io/?EIO=4&transport=websocket")) {
            ann.read();
            ann.text("40{\"token\":\"" + token + "\""
                    + (pid == null ? "" : ",\"pid\":\"" + pid + "\",\"offset\":\"" + offset + "\"") + "}");
            String given = SessionClient.json(ann.read().text().substring(2)).path("pid").asText();
            if (join) {
                ann.text("421[\"join\",\"diary\"]");
                assertThat(ann.read().text()).contains("200");
            }
            return given;
        }
    }

    @Test
    void odd_urls_hide_no_token_and_find_no_fault() throws IOException {
        String token = Tokens.of("ann", "lobby:join");
        for (String target : new String[] { "?access_token=" + token, "/rooms/lobby?a=1;access_token=" + token,
                "/rooms/lobby?a=access_token&access%5Ftoken=" + token,
                "/rooms?access_token=" + token + "&access_token=" + token }) {
            try (Socket socket = new Socket("127.0.0.1", replica.port())) {
                socket.getOutputStream()
                        .write(("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readNBytes(12)).asString(StandardCharsets.US_ASCII).doesNotContain(" 50");
            }
        }
        try (Socket socket = new Socket("127.0.0.1", replica.port())) {
            socket.getOutputStream()
                    .write("GET /rooms HTTP/1.1\r\nHost: x\r\nOrigin: https://x\u0085denied kind=none\u009b31m\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(socket.getInputStream().readNBytes(12)).asString(StandardCharsets.US_ASCII).isEqualTo("HTTP/1.1 403");
        }
        replica.awaitLog("\\u0085denied");
        assertThat(replica.log()).doesNotContain(token).doesNotContain("\tat ").doesNotContain("\u009b")
                .doesNotContain("\u0085");
    }

    /** The request is routed a second time, without its token. */
    @Test
    void a_body_that_is_too_large_ends_the_connection_also_if_the_token_is_in_the_url() throws IOException {
        String chunk = "4000\n" + "x".repeat(0x4000) + "\n";
        try (RawHttp client = RawHttp.connect(replica.port()).send("POST /rooms/lobby?access_token="
                + Tokens.of("ann", "lobby:join send publish") + " HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n")) {
            for (int i = 0; i < 65; i++) {
                client.send(chunk);
            }
            RawHttp.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("connection")).isEqualTo("close");
            client.send("0\n\n");
            assertThat(client.isClosedWithin(Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void the_own_origin_is_known_over_http_2_too() throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        for (int i = 0; i < 2; i++) {
            // The first request negotiates the upgrade to HTTP/2.
            HttpResponse<String> answer = client
                    .send(HttpRequest.newBuilder(URI.create(replica.http("/rooms"))).header("Origin", replica.http(""))
                            .header("X-API-Key", ADMIN).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.statusCode()).isEqualTo(200);
        }
    }
}
