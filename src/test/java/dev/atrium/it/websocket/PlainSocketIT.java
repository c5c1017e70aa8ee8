package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain socket at {@code /rooms/{room}}: each frame is a message. */
class PlainSocketIT {

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
    void a_message_reaches_all_members_and_its_sender() {
        try (SocketClient ann = join("/rooms/all", 1); SocketClient bob = join("/rooms/all", 2)) {
            ann.text("hello");
            bob.await(1);
            bob.binary((byte) 1, (byte) 2);
            ann.awaitExactly("hello", "0x0102");
            bob.awaitExactly("hello", "0x0102");
        }
    }

    @Test
    void without_echo_a_client_receives_only_the_messages_of_others() {
        try (SocketClient ann = join("/rooms/quiet?echo=false", 1); SocketClient bob = join("/rooms/quiet", 2)) {
            ann.text("one");
            bob.await(1);
            bob.text("two");
            bob.awaitExactly("one", "two");
            ann.awaitExactly("two");
        }
    }

    @Test
    void rooms_and_namespaces_do_not_leak_into_each_other() {
        try (SocketClient here = join("/rooms/same", 1);
                SocketClient otherRoom = join("/rooms/other", 2);
                SocketClient otherNamespace = join("/rooms/same?ns=/chat", 3)) {
            here.text("here");
            otherRoom.text("other room");
            otherNamespace.text("other namespace");
            here.awaitExactly("here");
            otherRoom.awaitExactly("other room");
            otherNamespace.awaitExactly("other namespace");
        }
    }

    @Test
    void ping_and_pong_are_heartbeats_and_never_messages() {
        try (SocketClient ann = join("/rooms/beat", 1); SocketClient bob = join("/rooms/beat", 2)) {
            ann.text("ping");
            ann.text("pong");
            ann.text("end");
            ann.awaitExactly("pong", "ping", "end");
            bob.awaitExactly("end");
        }
    }

    @Test
    void json_of_a_backend_arrives_as_its_text() {
        try (SocketClient ann = join("/rooms/json", 1)) {
            replica.post("/rooms/json", "application/json", "{\"a\": 1.50}".getBytes(StandardCharsets.UTF_8));
            ann.awaitExactly("{\"a\": 1.50}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "a/b", "ü", "😀👨‍👩‍👧", "with space", "a+b", "100%", "?&#=;", "~!@$^*()[]{}|\\\"'<>", "日本" })
    void any_printable_name_is_a_room(String name) {
        String path = "/rooms/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        try (SocketClient ann = replica.plain(path)) {
            SocketClient.await().until(() -> replica.metric("atrium_memberships") == 1);
            assertThat(replica.post(path, "over HTTP").statusCode()).isEqualTo(201);
            ann.awaitExactly("over HTTP");
        }
        SocketClient.await().until(() -> replica.metric("atrium_memberships") == 0);
    }

    @Test
    void a_slash_behind_the_name_is_not_part_of_it() {
        try (SocketClient ann = join("/rooms/slash", 1); SocketClient bob = join("/rooms/slash/", 2)) {
            ann.text("same room");
            bob.awaitExactly("same room");
        }
    }

    @Test
    void a_semicolon_is_part_of_the_name_by_every_way_in() {
        try (SocketClient ann = join("/rooms/a;b", 1)) {
            replica.post("/rooms/a;b", "text");
            ann.awaitExactly("text");
        }
    }

    @Test
    void a_client_that_closes_and_reads_no_more_is_cut() throws Exception {
        try (RawSocket readingPaused = RawSocket.connect(replica.port(), "/rooms/goodbye")) {
            readingPaused.frame(0x88, (byte) 0x03, (byte) 0xE8);
            SocketClient.await().until(() -> replica.metric("atrium_connections{transport=\"plain\"}") == 0);
            assertThat(readingPaused.read().closeCode()).isEqualTo(1000);
            assertThat(readingPaused.read()).isNull();
        }
    }

    @Test
    void a_name_of_255_bytes_is_a_room() {
        try (SocketClient ann = join("/rooms/" + "x".repeat(255), 1)) {
            ann.text("long");
            ann.awaitExactly("long");
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
            "/rooms/%00,                 room",
            "/rooms/a%0Ab,               room",
            "/rooms/%E2%80%A8,           room",
            "/rooms/%ff,                 room",
            "/rooms/%c0%80,              room",
            "/rooms/%ED%A0%80,           room",
            "/rooms/a?ns=chat,           ns",
            "/rooms/a?ns=/a%20b,         ns",
            "/rooms/a?ns=/a%00,          ns",
            "/rooms/a?echo=maybe,        echo",
            "/ws?ns=x,                   ns",
    })
    void an_invalid_room_is_refused_at_the_handshake_with_a_reason(String path, String field) throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), path)) {
            assertThat(socket.status()).isEqualTo(400);
            assertThat(socket.body()).contains("\"status\":400").contains("\"detail\":\"" + field);
        }
    }

    @Test
    void a_name_of_256_bytes_is_refused_whatever_its_characters() throws Exception {
        for (String name : new String[] { "x".repeat(256), "%C3%BC".repeat(128) }) {
            try (RawSocket socket = RawSocket.connect(replica.port(), "/rooms/" + name)) {
                assertThat(socket.status()).isEqualTo(400);
                assertThat(socket.body()).contains("at most 255 bytes");
            }
        }
    }

    @Test
    void a_session_s_own_room_cannot_be_listened_to() throws Exception {
        try (SessionClient ann = replica.session();
                RawSocket spy = RawSocket.connect(replica.port(), "/rooms/" + ann.id())) {
            assertThat(spy.status()).isEqualTo(403);
        }
    }

    @Test
    void a_client_that_has_left_is_in_no_room() {
        SocketClient ann = join("/rooms/leaving", 1);
        ann.leave();
        SocketClient.await().until(() -> replica.metric("atrium_memberships") == 0);
        assertThat(replica.metric("atrium_rooms")).isZero();
        assertThat(replica.metric("atrium_connections{transport=\"plain\"}")).isZero();
    }

    private static SocketClient join(String path, int members) {
        SocketClient client = replica.plain(path);
        SocketClient.await().until(() -> replica.metric("atrium_memberships") >= members);
        return client;
    }
}
