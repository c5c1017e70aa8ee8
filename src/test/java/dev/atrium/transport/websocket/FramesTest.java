package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frame encoding: the examples of RFC 6455, section 5.7, and the boundaries of the length. */
class FramesTest {

    @Test
    void the_examples_of_the_specification() {
        assertThat(hex(Frames.text("Hello"))).isEqualTo("810548656c6c6f");
        assertThat(hex(Frames.of(Frames.PING, "Hello".getBytes()))).isEqualTo("890548656c6c6f");
        assertThat(hex(Frames.of(Frames.BINARY, new byte[256]))).startsWith("827e0100");
        assertThat(hex(Frames.of(Frames.BINARY, new byte[65536]))).startsWith("827f0000000000010000");
    }

    @ParameterizedTest
    @CsvSource({"0,8200", "125,827d", "126,827e007e", "65535,827effff", "65536,827f0000000000010000"})
    void the_length_takes_the_shortest_form(int length, String header) {
        byte[] frame = Frames.of(Frames.BINARY, new byte[length]);
        assertThat(hex(frame)).startsWith(header);
        assertThat(frame).hasSize(header.length() / 2 + length);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
