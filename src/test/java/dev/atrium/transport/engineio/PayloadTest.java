package dev.atrium.transport.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.transport.websocket.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine.IO payloads of long polls: separators and binary packets. */
class PayloadTest {

    @Test
    void packets_are_between_separators() {
        assertThat(Payload.decode(bytes("4hello\u001e2\u001ebAQIDBA=="))).toIterable().containsExactly("4hello", "2",
                "bAQIDBA==");
        assertThat(Payload.decode(bytes("4€"))).toIterable().containsExactly("4€");
        assertThat(Payload.decode(bytes("4a\u001e"))).toIterable().containsExactly("4a", "");
        assertThat(Payload.decode(new byte[] { '4', (byte) 0xff })).isNull();
    }

    @Test
    void bytes_are_base64() {
        assertThat(Payload.binary("bAQIDBA==")).containsExactly(1, 2, 3, 4);
        assertThat(Payload.binary("b")).isEmpty();
        assertThat(Payload.binary("bAQID\nBA==\n")).containsExactly(1, 2, 3, 4);
        assertThat(Payload.binary("b%")).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 125, 126, 65_535, 65_536 })
    void frames_become_packets(int length) {
        String text = "x".repeat(length);
        ByteBuf body = Unpooled.buffer();

        Payload.append(Unpooled.wrappedBuffer(Frames.text(text), Frames.of(Frames.BINARY, new byte[] { 1, 2, 3, 4 }),
                Frames.text("4€")), body);

        assertThat(body.toString(StandardCharsets.UTF_8)).isEqualTo(text + (length == 0 ? "" : "\u001e") + "bAQIDBA==\u001e4€");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
