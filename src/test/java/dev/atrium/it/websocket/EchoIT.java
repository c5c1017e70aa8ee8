package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 on the wire, at {@code /echo}. */
class EchoIT {

    private static Replica replica;

    @BeforeAll
    static void start() {
        replica = Replica.start(Map.of("atrium.websocket.max-frame-size", "64K", "atrium.websocket.max-message-size", "100K"));
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    @Test
    void text_and_binary_are_echoed_as_they_were_sent() {
        try (SocketClient client = replica.plain("/echo")) {
            client.text("héllo 😀");
            client.binary((byte) 0, (byte) 255, (byte) 10);
            client.text("");
            client.awaitExactly("héllo 😀", "0x00ff0a", "");
        }
    }

    @Test
    void heartbeat_words_are_echoed_here_like_any_other() {
        try (SocketClient client = replica.plain("/echo")) {
            client.text("ping");
            client.text("pong");
            client.awaitExactly("ping", "pong");
        }
    }

    @Test
    void a_message_in_fragments_is_echoed_whole() {
        try (SocketClient client = replica.plain("/echo")) {
            client.fragments("one ", "two ", "three");
            client.awaitExactly("one two three");
        }
    }

    @Test
    void a_control_frame_between_fragments_is_answered_at_once() throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo")) {
            socket.frame(0x01, "a".getBytes());
            socket.frame(0x89, "now".getBytes());
            socket.frame(0x80, "b".getBytes());
            RawSocket.Frame pong = socket.read();
            assertThat(pong.opcode()).isEqualTo(0xA);
            assertThat(pong.text()).isEqualTo("now");
            assertThat(socket.read().text()).isEqualTo("ab");
        }
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource({
            "reserved bit,            f1 80 00000000,                1002",
            "unknown opcode,          83 80 00000000,                1002",
            "unmasked,                81 01 61,                      1002",
            "fragmented ping,         09 80 00000000,                1002",
            "continuation of nothing, 80 80 00000000,                1002",
            "ping of 126 bytes,       89 fe 007e 00000000,           1002",
            "close code 999,          88 82 00000000 03e7,           1002",
            "close code 1005,         88 82 00000000 03ed,           1002",
            "close code 2999,         88 82 00000000 0bb7,           1002",
            "close code 5000,         88 82 00000000 1388,           1002",
            "close code 65535,        88 82 00000000 ffff,           1002",
            "close reason not UTF-8,  88 84 00000000 03e8c328,       1007",
            "close with one byte,     88 81 00000000 03,             1002",
            "text not UTF-8,          81 82 00000000 c328,           1007",
            "lone surrogate,          81 83 00000000 eda080,         1007",
            "frame over the limit,    82 ff 0000000000010001 00000000, 1009",
    })
    void a_frame_that_breaks_the_rules_is_closed_with_its_code(String what, String hex, int code) throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo")) {
            socket.write(java.util.HexFormat.of().parseHex(hex.replace(" ", "")));
            assertThat(socket.closeCode()).isEqualTo(code);
        }
    }

    @Test
    void a_message_over_the_limit_in_frames_under_it_is_closed_with_1009() throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo")) {
            socket.frame(0x02, new byte[60_000]);
            socket.frame(0x80, new byte[60_000]);
            assertThat(socket.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void utf8_split_between_fragments_is_no_mistake() throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo")) {
            byte[] e = "é".getBytes(java.nio.charset.StandardCharsets.UTF_8);
            socket.frame(0x01, e[0]);
            socket.frame(0x80, e[1]);
            assertThat(socket.read().text()).isEqualTo("é");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1000, 1001, 1003, 1007, 1011, 1014, 3000, 4000, 4999 })
    void a_close_frame_is_answered_with_its_code_and_the_connection_ends(int code) throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo")) {
            socket.frame(0x88, (byte) (code >> 8), (byte) code, (byte) 'x');
            assertThat(socket.read().closeCode()).isEqualTo(code);
            assertThat(socket.read()).isNull();
        }
    }

    @Test
    void without_the_setting_no_extension_is_agreed_on() throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo",
                "Sec-WebSocket-Extensions: permessage-deflate\r\n")) {
            assertThat(socket.status()).isEqualTo(101);
            assertThat(socket.response().toLowerCase()).doesNotContain("sec-websocket-extensions");
        }
    }

    @Test
    void a_client_of_an_old_version_is_sent_the_supported_one() throws Exception {
        try (RawSocket socket = RawSocket.connect(replica.port(), "/echo", "Sec-WebSocket-Version: 99\r\n")) {
            assertThat(socket.status()).isEqualTo(426);
        }
    }
}
