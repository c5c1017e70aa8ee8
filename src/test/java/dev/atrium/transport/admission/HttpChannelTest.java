package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Failures of connections that nobody serves yet. */
class HttpChannelTest {

    private static final IOException RESET = new IOException("Connection reset by peer");

    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter() {

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            HttpChannel.failed(context, cause);
        }
    });

    @Test
    void a_connection_that_is_reset_before_it_is_served_ends_quietly() {
        channel.pipeline().fireExceptionCaught(RESET);
        channel.checkException();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void vertx_finds_the_end_of_a_connection_that_it_serves() {
        channel.pipeline().addLast("handler", new ChannelInboundHandlerAdapter());
        channel.pipeline().fireExceptionCaught(RESET);
        assertThatThrownBy(channel::checkException).isSameAs(RESET);
    }

    @Test
    void a_fault_is_reported() {
        channel.pipeline().fireExceptionCaught(new IllegalStateException("on purpose"));
        assertThatThrownBy(channel::checkException).hasMessage("on purpose");
    }
}
