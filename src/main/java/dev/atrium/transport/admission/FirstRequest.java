package dev.atrium.transport.admission;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * First handler of an accepted connection: counts it among the unused ones, and closes it if it sends no whole request in time,
 * with the handshake of TLS. Removes itself when the request has come. On the connection's event loop.
 */
final class FirstRequest extends ChannelInboundHandlerAdapter {

    private static final Runnable NOTHING = () -> {
    };

    /**
     * Bytes that Vert.x needs to tell HTTP/1 from HTTP/2: {@code PRI} is no method of HTTP/1, and {@code PR} begins none. It is
     * passed so many at a time until it has added its codec.
     */
    private static final int FEW_BYTES = 2;

    private final SlowRequests limits;
    private final CorsHeaders cors;
    private ChannelHandlerContext context;
    private Runnable release = NOTHING;
    private ScheduledFuture<?> timer;
    private HttpGuard next;
    private boolean begun;

    FirstRequest(SlowRequests limits, CorsHeaders cors) {
        this.limits = limits;
        this.cors = cors;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        Runnable counted = limits.opened(active.channel().remoteAddress());
        if (counted == null) {
            active.close();
            return;
        }
        release = counted;
        if (limits.headerMillis() > 0) {
            timer = active.executor().schedule(this::expired, limits.headerMillis(), TimeUnit.MILLISECONDS);
        }
        active.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        begun = true;
        if (next == null && message instanceof ByteBuf bytes && reading.pipeline().get(SslHandler.class) == null) {
            while (next == null && bytes.readableBytes() > FEW_BYTES && !reading.isRemoved()) {
                reading.fireChannelRead(bytes.readRetainedSlice(FEW_BYTES));
                watch();
            }
            if (!bytes.isReadable()) {
                ReferenceCountUtil.release(bytes);
                return;
            }
        }
        reading.fireChannelRead(message);
    }

    private void watch() {
        if (!context.isRemoved() && HttpChannel.isHttp1(context.pipeline())) {
            next = new HttpGuard(limits, cors, this::received);
            next.install(context.pipeline());
        }
    }

    /** The first request has come, or its headers are malformed. */
    void received() {
        stop();
        if (!context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    private void expired() {
        if (begun) {
            limits.missed(context.channel().remoteAddress());
        }
        if (next != null) {
            next.tooLate("headers");
        } else {
            // It may be a connection that a browser has opened for later, and which expects no response.
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext closed) {
        stop();
        closed.fireChannelInactive();
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
        release.run();
        release = NOTHING;
    }
}
