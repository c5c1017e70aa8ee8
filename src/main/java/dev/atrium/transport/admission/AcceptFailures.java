package dev.atrium.transport.admission;

import dev.atrium.gateway.ThrottledLog;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import org.jboss.logging.Logger;

/**
 * Last handler of a listener's channel, which logs why connections cannot be accepted. Netty tries again each second, and by
 * itself logs each attempt, in words about its pipeline.
 */
@Sharable
final class AcceptFailures extends ChannelInboundHandlerAdapter {

    private static final ThrottledLog LOG = new ThrottledLog(Logger.getLogger(AcceptFailures.class));

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (!(failure instanceof IOException)) {
            // Netty logs it with its stack trace, by which an OutOfMemoryError ends the process.
            context.fireExceptionCaught(failure);
            return;
        }
        LOG.warn("New connections cannot be accepted, and wait, also those of health checks: " + failure.getMessage());
    }
}
