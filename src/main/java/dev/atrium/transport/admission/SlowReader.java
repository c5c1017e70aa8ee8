package dev.atrium.transport.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;

/**
 * Handler of a connection whose client is behind in reading: closes it when the client takes nothing for a while. Without it a
 * client that does not read would hold its connection, with a response, until TCP gives up, which it does not while the
 * client's machine answers. On the connection's event loop.
 */
final class SlowReader extends IdleStateHandler {

    private SlowReader(long millis) {
        // Half of the time: the first of two idle events comes whether some bytes were taken or not.
        super(true, 0, Math.max(1, millis / 2), 0, TimeUnit.MILLISECONDS);
    }

    /**
     * Watches a connection from now on until its client has caught up.
     *
     * @param millis time in which the client has to take something; 0 for no limit
     */
    static void watch(Channel channel, long millis) {
        ChannelPipeline pipeline = channel.pipeline();
        if (millis > 0 && !channel.isWritable() && pipeline.get(SlowReader.class) == null) {
            pipeline.addFirst(new SlowReader(millis));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.fireChannelWritabilityChanged();
        if (context.channel().isWritable() && !context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
        if (!event.isFirst()) {
            context.close();
        }
    }
}
