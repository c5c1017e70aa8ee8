package dev.atrium.warmup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a client of the warm-up makes of the answers. */
class WarmUpClientTest {

    private final PlainWarmUpClient client = new PlainWarmUpClient();

    @Test
    void it_reads_until_it_has_what_it_waits_for() throws IOException {
        assertThat(client.readUntil(receiving("HTTP/1.1 101 Switching Protocols\r\n\r\nhello"), "hello")).endsWith("hello");
    }

    @Test
    void a_handshake_that_is_refused_is_the_reason_of_its_failure() {
        assertThatThrownBy(() -> client.readUntil(receiving("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n"), "hello"))
                .isInstanceOf(IOException.class).hasMessage("a handshake was answered with 401 Unauthorized");
    }

    private static Socket receiving(String text) {
        return new Socket() {
            @Override
            public InputStream getInputStream() {
                return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
            }
        };
    }
}
