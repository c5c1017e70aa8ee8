package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.Tokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that a client sends in one segment with its handshake, while its token is verified. */
class EarlyFramesIT {

    private static final String ENGINE = "/socket.io/?EIO=4&transport=websocket";

    private static Replica replica;
    private static String token;
    /** Length of the log before the first test of this class. */
    private static int logged;

    @BeforeAll
    static void start() {
        replica = SharedReplicas.strict();
        logged = replica.log().length();
        token = "Authorization: Bearer " + Tokens.of("ann", "*:join send history presence") + "\r\n";
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3, 300 })
    void they_are_echoed_in_their_order(int count) throws IOException {
        try (RawSocket socket = connect("/echo", texts("m", count))) {
            for (int i = 0; i < count; i++) {
                assertThat(socket.read().text()).isEqualTo("m" + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 300 })
    void they_are_published(int count) throws IOException {
        try (RawSocket socket = connect("/rooms/early" + count, texts("m", count))) {
            for (int i = 0; i < count; i++) {
                assertThat(socket.read().text()).isEqualTo("m" + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 300 })
    void they_are_commands(int count) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            frames.writeBytes(text("{\"seq\":" + i + ",\"cmd\":\"heartbeat\"}"));
        }
        try (RawSocket socket = connect("/ws", frames.toByteArray())) {
            assertThat(socket.read().text()).contains("@welcome");
            for (int i = 0; i < count; i++) {
                assertThat(socket.read().text()).isEqualTo("{\"seq\":" + i + ",\"code\":200}");
            }
        }
    }

    @Test
    void they_are_packets() throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        frames.writeBytes(text("40{\"token\":\"" + Tokens.of("ann", "*:join send history presence") + "\"}"));
        frames.writeBytes(text("420[\"join\",\"early\"]"));
        try (RawSocket socket = connect(ENGINE, frames.toByteArray())) {
            assertThat(socket.read().text()).startsWith("0{");
            assertThat(socket.read().text()).startsWith("40{");
            assertThat(socket.read().text()).startsWith("430[{\"code\":200");
        }
    }

    @Test
    void a_part_of_a_frame_waits_for_its_rest() throws IOException {
        byte[] frame = text("in two parts");
        byte[] head = java.util.Arrays.copyOf(frame, 3);
        try (RawSocket socket = connect("/echo", head)) {
            socket.write(java.util.Arrays.copyOfRange(frame, 3, frame.length));
            assertThat(socket.read().text()).isEqualTo("in two parts");
        }
    }

    @Test
    void a_frame_that_is_too_large_is_closed_with_its_code() throws IOException {
        try (RawSocket socket = connect("/echo", new byte[] { (byte) 0x82, (byte) 0xFF, 0, 0, 0, 0, 0x7F, 0, 0, 0 })) {
            assertThat(socket.closeCode()).isEqualTo(1009);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "/rooms/lobby?ns=chat", "/ws?ns=chat", "/socket.io/?EIO=3&transport=websocket" })
    void after_a_rejected_handshake_they_harm_nothing(String path) throws IOException {
        try (RawSocket socket = connect(path, texts("m", 100))) {
            assertThat(socket.status()).isEqualTo(400);
        }
        SocketClient.await().untilAsserted(() -> assertThat(replica.metric("atrium_connections_admitted")).isZero());
        assertThat(replica.log().substring(logged)).doesNotContain("ERROR").doesNotContain("Exception");
    }

    @Test
    void a_request_after_a_rejected_handshake_is_answered() throws IOException {
        byte[] next = "GET /q/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
        try (RawSocket socket = connect("/rooms/lobby?ns=chat", next)) {
            assertThat(socket.status()).isEqualTo(400);
            assertThat(socket.body()).contains("ns:");
            assertThat(socket.line()).isEqualTo("HTTP/1.1 404 Not Found");
        }
    }

    private static RawSocket connect(String path, byte[] after) throws IOException {
        return RawSocket.open(replica.port(), "GET " + path + " HTTP/1.1\r\n" + RawSocket.HANDSHAKE + token, after);
    }

    private static byte[] texts(String prefix, int count) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            frames.writeBytes(text(prefix + i));
        }
        return frames.toByteArray();
    }

    private static byte[] text(String text) {
        return RawSocket.masked(0x81, text.getBytes(StandardCharsets.UTF_8));
    }
}
