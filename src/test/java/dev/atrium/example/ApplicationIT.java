package dev.atrium.example;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.atrium.it.fixture.Browser;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Application that handles its clients' events, in the process of the test. */
@QuarkusTest
@TestProfile(ApplicationProfile.class)
class ApplicationIT {

    @TestHTTPResource("/")
    URI main;

    @TestHTTPResource("/lab")
    URI lab;

    @ParameterizedTest
    @ValueSource(strings = { "polling", "websocket", "polling,websocket" })
    void the_classic_chat(String transports) {
        try (SocketIoClient alice = client(main, transports); SocketIoClient bob = client(main, transports)) {
            alice.emit("add user", "alice");
            alice.awaitReceived("login {\"numUsers\":1}");
            bob.emit("add user", "bob");
            bob.awaitReceived("login {\"numUsers\":2}");
            alice.emit("typing");
            bob.emit("new message", "hello");
            alice.emit("stop typing");

            SocketIoClient.await().untilAsserted(() -> {
                assertThat(alice.received("user joined")).singleElement().asString().contains("\"username\":\"bob\"",
                        "\"numUsers\":2");
                assertThat(alice.received("new message")).singleElement().asString()
                        .contains("\"username\":\"bob\"", "\"message\":\"hello\"");
                assertThat(bob.received("typing")).containsExactly("typing {\"username\":\"alice\"}");
                assertThat(bob.received("stop typing")).containsExactly("stop typing {\"username\":\"alice\"}");
            });
            assertThat(bob.received("new message")).isEmpty();
            bob.disconnect();
            SocketIoClient.await().untilAsserted(() -> assertThat(alice.received("user left")).singleElement().asString()
                    .contains("\"username\":\"bob\"", "\"numUsers\":1"));
            alice.disconnect();
        }
    }

    /** As a client does that knows the endpoint: it saves a round trip. */
    @ParameterizedTest
    @CsvSource({ "1,", "300,", "1, slow", "300, slow" })
    void frames_in_one_segment_with_the_handshake_reach_the_applications_own_endpoint(int count, String query)
            throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            frames.writeBytes(RawSocket.masked(0x81, ("m" + i).getBytes(StandardCharsets.UTF_8)));
        }
        try (RawSocket socket = RawSocket.open(main.getPort(),
                "GET /early?" + query + " HTTP/1.1\r\n" + RawSocket.HANDSHAKE, frames.toByteArray())) {
            assertThat(socket.status()).isEqualTo(101);
            for (int i = 0; i < count; i++) {
                assertThat(socket.read().text()).isEqualTo("m" + i);
            }
        }
    }

    @Test
    void the_page_of_a_chat_in_a_browser() {
        try (Browser browser = Browser.start(); SocketIoClient bob = client(main, "websocket")) {
            Page page = browser.open(main + "chat.html");
            String lines = "[...document.querySelectorAll('li')].map((line) => line.textContent).join('|')";
            Browser.await(page, lines + ".startsWith('welcome, ')", true);

            bob.emit("add user", "bob");
            bob.emit("typing");
            bob.emit("new message", "hello");
            page.evaluate("() => { socket.emit('new message', 'hello from the page'); }");

            Browser.await(page, lines + ".endsWith('bob joined|bob is typing|bob: hello')", true);
            SocketIoClient.await().untilAsserted(() -> assertThat(bob.received("new message")).singleElement().asString()
                    .contains("\"username\":\"page\"", "\"message\":\"hello from the page\""));
            Browser.await(page, "socket.io.engine.transport.name", "websocket");
        }
    }

    @Test
    void a_client_that_is_rejected_is_sent_the_reason() {
        try (SocketIoClient client = SocketIoClient.connect(main, "websocket", Map.of("banned", "true"))) {
            client.awaitReceived("@error not welcome {\"retry\":false}");
            assertThat(client.log()).doesNotContain("@connect");
        }
    }

    @Test
    void a_client_of_an_application_that_does_not_answer_is_rejected_after_a_timeout() {
        URI url = URI.create(main.toString().replace("http", "ws") + "socket.io/?EIO=4&transport=websocket");
        try (SocketClient elsewhereToo = SocketClient.connect(url); SocketClient nowhereElse = SocketClient.connect(url)) {
            elsewhereToo.text("40");
            elsewhereToo.await(2);
            elsewhereToo.text("40/lab,{\"patience\":true}");
            nowhereElse.text("40/lab,{\"patience\":true}");

            assertThat(elsewhereToo.await(3).get(2))
                    .isEqualTo("44/lab,{\"message\":\"no answer in time\",\"data\":{\"code\":504}}");
            assertThat(nowhereElse.awaitClose()).isEqualTo(1005);
        }
    }

    @Test
    void messages_sent_while_connecting_arrive_once_connected() {
        try (SocketIoClient client = SocketIoClient.connect(lab, "websocket", Map.of("ticket", "123"))) {
            client.awaitReceived("auth {\"ticket\":\"123\"}");
            assertThat(client.log()).containsExactly("@connect", "auth {\"ticket\":\"123\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "polling", "websocket" })
    void a_handler_sees_the_request_that_opened_the_connection(String transport) throws Exception {
        URI versioned = URI.create(lab + "?version=7");
        try (SocketIoClient client = SocketIoClient.connect(versioned, transport, Map.of())) {
            assertThat(client.emitWithAck("where from")).contains("127.0.0.1 /socket.io/ 7 null null");
        }
    }

    @Test
    void a_handler_sees_the_request_of_a_client_of_the_session_protocol() {
        URI url = URI.create(main.toString().replace("http", "ws") + "ws?ns=/lab&version=7");
        try (SessionClient client = SessionClient.connect(url)) {
            assertThat(client.call("call", "{\"name\":\"where from\"}").path("body").asText())
                    .isEqualTo("127.0.0.1 /ws 7 null null");
        }
    }

    @Test
    void arguments_and_results_are_of_any_type() throws Exception {
        try (SocketIoClient client = client(lab, "websocket")) {
            assertThat(client.emitWithAck("echo", "a", 1, true, new org.json.JSONObject("{\"b\":2.5}")))
                    .isEqualTo("[\"a\",1,true,{\"b\":2.5}]");
            assertThat(client.emitWithAck("order", new org.json.JSONObject().put("name", "tea").put("count", 2)
                    .put("picture", new byte[] { 1, 2, 3 }))).isEqualTo("2 tea 3");
            assertThat(client.emitWithAck("bytes", (Object) new byte[] { 1, 2, 3 })).isEqualTo("0x0301");
            assertThat(client.emitWithAck("later", "patience")).isEqualTo("patience");
            assertThat(client.emitWithAck("mirror", 1, new byte[] { 2 }, "three", org.json.JSONObject.NULL))
                    .isEqualTo("1 0x02 three null");
            assertThat(client.emitWithAck("mirror")).isEmpty();
            assertThat(client.emitWithAck("nothing")).isEmpty();
            assertThat(client.emitWithAck("thread")).contains("executor-thread");
        }
    }

    @Test
    void a_handler_that_fails_answers_its_sender_and_disturbs_no_other_client() {
        try (SocketIoClient client = client(lab, "websocket")) {
            assertThat(client.emitWithAck("broken")).contains("\"code\":500", "the handler of this event failed")
                    .doesNotContain("on purpose");
            assertThat(client.emitWithAck("refused")).contains("\"code\":402", "pay first");
            assertThat(client.emitWithAck("unwritable")).contains("\"code\":500", "server fault");
            assertThat(client.emitWithAck("echo", "a", "not a number", true, 1)).contains("\"code\":400",
                    "argument 2: expected int");
            assertThat(client.emitWithAck("echo", "a")).contains("\"code\":400", "argument 2: expected int");
            assertThat(client.emitWithAck("later", "still here")).isEqualTo("still here");
        }
    }

    @Test
    void a_client_is_asked_and_answers_or_does_not() {
        try (SocketIoClient client = client(lab, "polling")) {
            client.answer("question", arguments -> (int) arguments[0] * (int) arguments[1]);
            assertThat(client.emitWithAck("ask me")).isEqualTo("you said 42");
            assertThat(client.emitWithAck("ask in vain")).contains("\"code\":504", "timed out");
        }
    }

    @Test
    void a_broadcast_reaches_each_of_its_rooms_once_and_none_of_the_others() {
        try (SocketIoClient a = client(lab, "websocket");
                SocketIoClient ab = client(lab, "polling");
                SocketIoClient b = client(lab, "websocket");
                SocketIoClient none = client(lab, "websocket")) {
            a.emitWithAck("enter", "a");
            ab.emitWithAck("enter", "a");
            ab.emitWithAck("enter", "b");
            b.emitWithAck("enter", "b");
            assertThat(ab.emitWithAck("rooms")).isEqualTo("[\"a\",\"b\"]");

            a.emitWithAck("tell", json("a", "b"), json(), "union");
            a.emitWithAck("tell", json("a"), json("b"), "difference");
            a.emitWithAck("tell", json(), json("a", b.id()), "rest");
            a.emitWithAck("tell", json(), json(), "all");

            a.awaitReceived("told union", "told difference", "told all");
            ab.awaitReceived("told union", "told all");
            b.awaitReceived("told union", "told all");
            none.awaitReceived("told rest", "told all");
            assertThat(a.received("told")).hasSize(3);
            assertThat(ab.received("told")).hasSize(2);
            assertThat(b.received("told")).hasSize(2);
            assertThat(none.received("told")).hasSize(2);
        }
    }

    @Test
    void leaving_a_room_after_the_end_does_not_disturb_its_members() {
        try (SocketIoClient stays = client(lab, "websocket"); SocketIoClient tells = client(lab, "websocket")) {
            stays.emitWithAck("enter", "stays");
            for (int i = 0; i < 5; i++) {
                SocketIoClient goes = client(lab, "websocket");
                goes.emitWithAck("enter", "stays");
                goes.close();
            }
            SocketIoClient.await().untilAsserted(
                    () -> assertThat(new org.json.JSONArray(tells.emitWithAck("who", json("stays"))).length()).isEqualTo(1));

            tells.emitWithAck("tell", json("stays"), json(), "still here");

            stays.awaitReceived("told still here");
        }
    }

    @Test
    void a_client_that_a_handler_disconnects_is_sent_a_disconnect() {
        try (SocketIoClient client = client(lab, "websocket")) {
            client.emit("go");
            client.awaitReceived("@disconnect io server disconnect");
        }
    }

    @Test
    void the_session_protocol_calls_the_same_handlers() {
        try (SessionClient session = SessionClient.connect(URI.create(main.toString().replace("http", "ws") + "ws?ns=/lab"))) {
            assertThat(session.call("call", "{\"name\":\"later\",\"data\":\"patience\"}").toString())
                    .endsWith("\"code\":200,\"body\":\"patience\"}");
            assertThat(session.call("call", "{\"name\":\"order\",\"data\":{\"name\":\"tea\",\"count\":2,\"picture\":\"AQID\"}}")
                    .path("body").asText()).isEqualTo("2 tea 3");
            assertThat(session.call("call", "{\"name\":\"nothing\"}").has("body")).isFalse();
            assertThat(session.call("call", "{\"name\":\"refused\"}").path("code").asInt()).isEqualTo(402);
            assertThat(session.call("call", "{\"name\":\"broken\"}").path("code").asInt()).isEqualTo(500);
            assertThat(session.call("call", "{\"name\":\"unwritable\"}").path("code").asInt()).isEqualTo(500);
            assertThat(session.call("call", "{\"name\":\"unknown\"}").path("code").asInt()).isEqualTo(404);
            assertThat(session.call("call", "{}").path("error").asText()).isEqualTo("params.name: expected a string");
        }
    }

    private static org.json.JSONArray json(String... values) {
        return new org.json.JSONArray(java.util.List.of(values));
    }

    private static SocketIoClient client(URI uri, String transports) {
        return SocketIoClient.connect(uri, transports, Map.of()).awaitConnected();
    }
}
