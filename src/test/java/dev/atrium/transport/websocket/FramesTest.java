package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
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
    @CsvSource({ "0,8200", "125,827d", "126,827e007e", "65535,827effff", "65536,827f0000000000010000" })
    void the_length_takes_the_shortest_form(int length, String header) {
        byte[] frame = Frames.of(Frames.BINARY, new byte[length]);
        assertThat(hex(frame)).startsWith(header);
        assertThat(frame).hasSize(header.length() / 2 + length);
    }

    @ParameterizedTest
    @CsvSource({ "0", "125", "126", "255", "256", "32768", "65535", "65536", "16909060" })
    void a_length_is_read_as_it_was_written(int length) {
        ByteBuf frame = Unpooled.wrappedBuffer(Frames.of(Frames.BINARY, new byte[length])).skipBytes(1);
        assertThat(Frames.readLength(frame)).isEqualTo(length);
        assertThat(frame.readableBytes()).isEqualTo(length);
    }

    @Test
    void the_payload_stands_behind_the_header() {
        byte[] payload = new byte[66_000];
        payload[0] = 1;
        payload[payload.length - 1] = 2;
        byte[] frame = Frames.of(Frames.BINARY, payload);
        assertThat(frame[10]).isEqualTo((byte) 1);
        assertThat(frame[frame.length - 1]).isEqualTo((byte) 2);
        assertThat(ByteBufUtil.getBytes(Unpooled.wrappedBuffer(frame).skipBytes(10))).isEqualTo(payload);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
