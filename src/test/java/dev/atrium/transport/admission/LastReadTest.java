package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an HTTP/1 connection has read, and whether a message ends with it, behind the codec of Netty. */
class LastReadTest {

    private static final String POST = "POST / HTTP/1.1~Content-Length: ";
    private static final String CHUNKED = "POST / HTTP/1.1~Transfer-Encoding: chunked~~";

    private final LastRead read = new LastRead();
    private boolean inBody;
    private boolean parsed;
    private boolean ends;
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter() {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            parsed = false;
            read.received((ByteBuf) message, inBody);
            context.fireChannelRead(message);
            ends = !inBody && parsed && (read.isBlank() || read.endsWithMessage());
            read.release(!inBody && !ends);
        }
    }, new HttpRequestDecoder(), new ChannelInboundHandlerAdapter() {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            parsed = true;
            if (message instanceof HttpRequest request) {
                inBody = true;
                read.parsed(request);
            }
            if (message instanceof HttpContent content) {
                read.parsed(content);
                inBody = !(content instanceof LastHttpContent);
            }
            ReferenceCountUtil.release(message);
        }
    });

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private ByteBuf write(String text) {
        ByteBuf bytes = Unpooled.copiedBuffer(text.replace("~", "\r\n"), StandardCharsets.ISO_8859_1);
        channel.writeInbound(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "GET / HTTP/1.1~Host: a~~",
            "~~GET / HTTP/1.1~Host: a~~",
            "GET / HTTP/1.1~Host: a~~~",
            "GET / HTTP/1.1~Host: a~~GET / HTTP/1.1~Host: a~~",
            POST + "3~~abc",
            POST + "3~~abc~",
            POST + "0~~",
            POST + "4~~~~",
            POST + "40~~0123456789012345678901234567890123456789~",
            POST + "3~~abc" + POST + "3~~abc",
            CHUNKED + "1~a~0~~",
            CHUNKED + "1~a~0~a: b~~",
            CHUNKED + "1~a~0~~GET / HTTP/1.1~Host: a~~" })
    void a_read_ends_with_its_last_message(String received) {
        ByteBuf bytes = write(received);
        assertThat(ends).isTrue();
        assertThat(bytes.refCnt()).as("kept by nobody").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "GET / HTTP/1.1~Host: a~",
            "GET / HTTP/1.1~Host: a~~G",
            "GET / HTTP/1.1~Host: a~~GET / HTTP/1.1~",
            POST + "3~~abcGET /",
            // The beginning of another request ends like the body.
            POST + "1~~aGET / HTTP/1.1~a:~a",
            POST + "3~~abcGET /abc",
            // And the body has an empty line where it would begin if it were the end.
            POST + "9~~abc~~x:aGET /~x:a",
            POST + "3~~abc" + POST + "3~~abcGET /abc",
            CHUNKED + "1~a~0~~GET" })
    void bytes_behind_the_message_that_was_parsed_begin_another_one(String received) {
        write(received);
        assertThat(ends).isFalse();
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
            "POST / HT|TP/1.1~Content-Length: 1~~a, true",
            "POST / HT|TP/1.1~Content-Length: 1~~aGET /a, false",
            "POST / HTTP/1.1~Content-Length: 1~|~a, true",
            "POST / HTTP/1.1~Content-Length: 1~|~aGET /a, false",
            "~|~|POST / HTTP/1.1~Content-Length: 1~~aGET /a, false",
            "POST / HTTP/1.1~Content-Length: 3~~a|bc, true",
            "POST / HTTP/1.1~Content-Length: 3~~a|bcGET /bc, false",
            "POST / HTTP/1.1~Content-Length: 1~~aGET / HT|TP/1.1~~, true" })
    void headers_and_bodies_are_parted_as_the_network_likes(String reads, boolean expected) {
        List.of(reads.split("\\|")).forEach(this::write);
        assertThat(ends).isEqualTo(expected);
    }

    @Test
    void headers_that_come_byte_by_byte_end_where_they_end() {
        for (char each : "POST / HTTP/1.1\r\nContent-Length: 1\r\n".toCharArray()) {
            write(String.valueOf(each));
        }
        write("\r");
        write("\naGET /a");
        assertThat(ends).isFalse();
        write(" HTTP/1.1~~");
        assertThat(ends).isTrue();
    }

    @Test
    void lines_and_bytes_are_counted() {
        read.received(Unpooled.copiedBuffer("a:\nb:\n", StandardCharsets.ISO_8859_1), false);
        assertThat(read.lines()).isEqualTo(2);
        assertThat(read.bytes()).isEqualTo(6);
        assertThat(read.isBlank()).isFalse();
        read.release(true);
        read.received(Unpooled.copiedBuffer("\r\n\n", StandardCharsets.ISO_8859_1), false);
        assertThat(read.isBlank()).isTrue();
    }
}
