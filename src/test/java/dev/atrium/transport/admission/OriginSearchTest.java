package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Search for the origin in headers that cannot be parsed. */
class OriginSearchTest {

    private final OriginSearch search = new OriginSearch();

    private void search(String text) {
        search.search(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 7, 100_000 })
    void it_is_found_however_the_headers_arrive(int length) {
        String headers = "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\noRIGIN:  https://a.example \r\n\r\n";
        for (int from = 0; from < headers.length(); from += length) {
            search(headers.substring(from, Math.min(headers.length(), from + length)));
        }
        assertThat(search.origin()).isEqualTo("https://a.example");
        assertThat(search.isOver()).isTrue();
    }

    @Test
    void what_follows_the_headers_is_a_body() {
        OriginSearch search = new OriginSearch();
        search.search(Unpooled.copiedBuffer("\r\nPOST / HTTP/1.1 x\r\nHost: a\r\n\r\nOrigin: https://b\r\nmore\r\n",
                StandardCharsets.ISO_8859_1));
        assertThat(search.isOver()).isTrue();
        assertThat(search.origin()).isNull();
    }

    @Test
    void it_is_over_at_the_end_of_headers_that_have_none() {
        search("GET / HTTP/1.1\r\nReferer: origin: x\r\n");
        assertThat(search.isOver()).isFalse();
        search("\r\n");
        assertThat(search.isOver()).isTrue();
        assertThat(search.origin()).isNull();
        search.reset();
        assertThat(search.isOver()).isFalse();
    }

    @Test
    void a_line_that_is_too_long_for_an_origin_is_none() {
        search("Origin: " + "a".repeat(10_000) + "\r\n");
        assertThat(search.origin()).isNull();
    }
}
