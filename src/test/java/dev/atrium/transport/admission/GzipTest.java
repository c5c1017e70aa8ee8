package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.gateway.ErrorReply;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Decoding of compressed bodies. */
class GzipTest {

    private static Buffer gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    @Test
    void a_body_up_to_the_limit_is_decoded() throws IOException {
        assertThat(new Gzip(gzip("x".repeat(1000)), 1000).decodeRest().toString()).isEqualTo("x".repeat(1000));
    }

    @Test
    void a_body_that_decodes_to_more_is_too_large() throws IOException {
        assertThatThrownBy(() -> new Gzip(gzip("x".repeat(1001)), 1000).decodeRest()).isInstanceOf(ErrorReply.class)
                .hasMessage("body: larger than this server accepts");
    }

    @Test
    void what_is_not_gzip_or_ends_too_early_is_refused() throws IOException {
        Buffer whole = gzip("hello");
        for (Buffer bad : new Buffer[] { Buffer.buffer(), Buffer.buffer("hello"), whole.slice(0, whole.length() - 5) }) {
            assertThatThrownBy(() -> new Gzip(bad, 1000).decodeRest()).isInstanceOf(ErrorReply.class)
                    .hasMessage("body: expected gzip, as Content-Encoding says");
        }
    }

    @Test
    void a_large_body_is_decoded_part_by_part() throws IOException {
        for (int size : new int[] { 3 * Gzip.PART, 3 * Gzip.PART + 1 }) {
            Gzip body = new Gzip(gzip("x".repeat(size)), size);
            assertThat(body.decodePart()).isFalse();
            assertThat(body.decoded().length()).isEqualTo(Gzip.PART);
            assertThat(body.decodeRest().length()).isEqualTo(size);
        }
    }
}
