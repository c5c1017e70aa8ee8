package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an HTTP/1 connection has read, and whether a message ends with it. */
class LastReadTest {

    private final LastRead read = new LastRead();

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
            "GET / HTTP/1.1~Host: a~~, `` , true",
            "GET / HTTP/1.1~Host: a~~~, `` , true",
            "GET / HTTP/1.1~Host: a~~G, `` , false",
            "GET / HTTP/1.1~Host: a~~GET / HTTP/1.1~, `` , false",
            "GET / HTTP/1.1~Host: a~~GET / HTTP/1.1~Host: a~~, `` , true",
            "POST / HTTP/1.1~Content-Length: 3~~abc, abc, true",
            "POST / HTTP/1.1~Content-Length: 3~~abc~, abc, true",
            "POST / HTTP/1.1~Content-Length: 3~~abcGET /, abc, false",
            "POST / HTTP/1.1~~0123456789012345678901234567890123456789~, 0123456789012345678901234567890123456789, true",
            "POST / HTTP/1.1~~0123456789012345678901234567890123456789, 0123456789012345678901234567890123456789, true",
            "bc, bc, true",
            "POST / HTTP/1.1~Transfer-Encoding: chunked~~1~a~0~~, `` , true",
            "POST / HTTP/1.1~Transfer-Encoding: chunked~~1~a~0~~GET, `` , false" })
    void bytes_behind_the_message_that_was_parsed_begin_another_one(String received, String content, boolean ends) {
        read.received(Unpooled.copiedBuffer(received.replace("~", "\r\n"), StandardCharsets.ISO_8859_1), false);
        read.parsed(content.isBlank() ? LastHttpContent.EMPTY_LAST_CONTENT
                : new DefaultLastHttpContent(Unpooled.copiedBuffer(content, StandardCharsets.ISO_8859_1)));
        assertThat(read.endsWithMessage()).isEqualTo(ends);
    }

    @Test
    void lines_count_outside_of_bodies() {
        read.received(Unpooled.copiedBuffer("a:\nb:\n", StandardCharsets.ISO_8859_1), false);
        assertThat(read.lines()).isEqualTo(2);
        assertThat(read.bytes()).isEqualTo(6);
        assertThat(read.isBlank()).isFalse();
        read.received(Unpooled.copiedBuffer("\r\n\n", StandardCharsets.ISO_8859_1), true);
        assertThat(read.lines()).isZero();
        assertThat(read.isBlank()).isTrue();
    }
}
