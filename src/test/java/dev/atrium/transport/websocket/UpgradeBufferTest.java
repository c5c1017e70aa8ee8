package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client sends with its handshake: held until the handshake is answered, and in its order. */
class UpgradeBufferTest {

    private final UpgradeBuffer buffer = new UpgradeBuffer(true);
    private final EmbeddedChannel channel = new EmbeddedChannel(buffer);

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void bytes_wait_for_the_answer_and_the_rest_of_the_request_does_not() {
        channel.writeInbound(bytes("a"), LastHttpContent.EMPTY_LAST_CONTENT, bytes("b"));
        assertThat((Object) channel.readInbound()).isSameAs(LastHttpContent.EMPTY_LAST_CONTENT);
        assertThat((Object) channel.readInbound()).isNull();
        channel.pipeline().remove(buffer);
        assertThat(passed()).isEqualTo("a");
        assertThat(passed()).isEqualTo("b");
    }

    @Test
    void a_client_that_sends_much_before_the_answer_is_not_read_until_then() {
        channel.writeInbound(Unpooled.buffer().writeZero(64 * 1024));
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.writeInbound(bytes("a"));
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.pipeline().remove(buffer);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void a_client_that_disconnects_before_the_answer_leaves_nothing() {
        ByteBuf bytes = bytes("a");
        channel.writeInbound(bytes);
        channel.close();
        assertThat(bytes.refCnt()).isZero();
    }

    @Test
    void without_an_endpoint_that_opens_it_it_ends_after_the_response_that_accepts_the_handshake() {
        for (String[] response : new String[][] { { "HTTP/1.1 100 Continue", "null" },
                { "HTTP/1.1 101 Switching Protocols", "a" } }) {
            EmbeddedChannel own = new EmbeddedChannel(new UpgradeBuffer(false));
            own.writeInbound(bytes("a"));
            own.writeOutbound(bytes(response[0]));
            ByteBuf released = own.readInbound();
            assertThat(released == null ? "null" : released.toString(StandardCharsets.US_ASCII)).isEqualTo(response[1]);
            own.finishAndReleaseAll();
        }
        channel.writeInbound(bytes("a"));
        channel.writeOutbound(bytes("HTTP/1.1 101 Switching Protocols"));
        assertThat((Object) channel.readInbound()).isNull();
    }

    private String passed() {
        ByteBuf bytes = channel.readInbound();
        try {
            return bytes.toString(StandardCharsets.US_ASCII);
        } finally {
            bytes.release();
        }
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
