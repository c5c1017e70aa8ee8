package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ready-made frames become frames of Netty's again, one by one. */
class SharedFrameUnwrapperTest {

    private final EmbeddedChannel channel = new EmbeddedChannel(new SharedFrameUnwrapper());

    @Test
    void each_frame_keeps_its_kind_and_its_payload_and_the_bytes_are_released() {
        ByteBuf frames = Unpooled.wrappedBuffer(Frames.text("h\u00e9"), Frames.of(Frames.BINARY, "b".repeat(300).getBytes()),
                Frames.of(Frames.PING, new byte[0]), Frames.of(Frames.PONG, "p".getBytes()));
        ChannelFuture written = channel.writeOneOutbound(frames);
        channel.flushOutbound();
        List<String> sent = new ArrayList<>();
        for (WebSocketFrame frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
            sent.add(frame.getClass().getSimpleName() + " " + frame.content().toString(StandardCharsets.UTF_8));
            frame.release();
        }
        assertThat(sent).containsExactly("TextWebSocketFrame h\u00e9", "BinaryWebSocketFrame " + "b".repeat(300),
                "PingWebSocketFrame ", "PongWebSocketFrame p");
        assertThat(written.isSuccess()).isTrue();
        assertThat(frames.refCnt()).isZero();
    }

    @Test
    void an_empty_buffer_is_written_because_something_waits_for_it() {
        ChannelFuture written = channel.writeOneOutbound(Unpooled.EMPTY_BUFFER);
        channel.flushOutbound();
        assertThat(written.isSuccess()).isTrue();
    }

    @Test
    void a_message_that_is_a_frame_already_passes_as_it_is() {
        TextWebSocketFrame frame = new TextWebSocketFrame("a");
        channel.writeOutbound(frame);
        assertThat((Object) channel.readOutbound()).isSameAs(frame);
        frame.release();
    }
}
