package dev.atrium.transport.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.transport.websocket.Frames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packets and errors of Engine.IO 4 on the wire. */
class EnginePacketTest {

    @ParameterizedTest
    @CsvSource({ "true, '[\"websocket\"]'", "false, []" })
    void the_handshake_holds_what_a_client_has_to_know(boolean upgradable, String upgrades) {
        EngineSettings settings = new EngineSettings(Duration.ofSeconds(25), Duration.ofMillis(1500), Duration.ZERO, 1_000_000);
        assertThat(text(Packet.open("abc", upgradable, settings)))
                .isEqualTo("0{\"sid\":\"abc\",\"upgrades\":" + upgrades
                        + ",\"pingInterval\":25000,\"pingTimeout\":1500,\"maxPayload\":1000000}");
    }

    @Test
    void packets_of_the_server_are_frames_of_one_digit() {
        assertThat(Packet.CLOSE_FRAME).isEqualTo(Frames.text("1"));
        assertThat(Packet.PING_FRAME).isEqualTo(Frames.text("2"));
        assertThat(Packet.NOOP_FRAME).isEqualTo(Frames.text("6"));
        assertThat(Packet.pongToProbe()).isEqualTo(Frames.text("3probe"));
    }

    @ParameterizedTest
    @CsvSource({
            "UNKNOWN_TRANSPORT, 0, Transport unknown",
            "UNKNOWN_SID, 1, Session ID unknown",
            "BAD_HANDSHAKE_METHOD, 2, Bad handshake method",
            "BAD_REQUEST, 3, Bad request",
            "UNSUPPORTED_PROTOCOL_VERSION, 5, Unsupported protocol version",
    })
    void errors_have_the_codes_of_the_reference(EngineIoError error, int code, String message) {
        assertThat(error.json()).isEqualTo("{\"code\":" + code + ",\"message\":\"" + message + "\"}");
        assertThat(error.message()).isEqualTo(message);
    }

    private static String text(byte[] frame) {
        int header = frame.length - 2 < 126 ? 2 : 4;
        return new String(frame, header, frame.length - header, StandardCharsets.UTF_8);
    }
}
