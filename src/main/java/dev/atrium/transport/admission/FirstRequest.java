package dev.atrium.transport.admission;

import dev.atrium.session.Sessions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * First handler of an accepted connection: counts it among the unused ones, has it wait for its turn to be read, and closes it
 * if it sends no whole request in time, with the handshake of TLS. Removes itself when the request has come. On the
 * connection's event loop.
 */
final class FirstRequest extends ChannelDuplexHandler {

    private static final Runnable NOTHING = () -> {
    };

    private final SlowRequests limits;
    private final CorsHeaders cors;
    private final Sessions sessions;
    private ChannelHandlerContext context;
    private Runnable release = NOTHING;
    private ScheduledFuture<?> timer;
    private HttpGuard next;
    private boolean watched;
    private boolean begun;
    private boolean late;
    private boolean asked;
    private boolean mayRead;

    FirstRequest(SlowRequests limits, CorsHeaders cors, Sessions sessions) {
        this.limits = limits;
        this.cors = cors;
        this.sessions = sessions;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        if (begin(active)) {
            active.fireChannelActive();
        }
    }

    /** Begins for a connection that was active before the handler was added. */
    void beginLate(ChannelHandlerContext active) {
        late = true;
        if (begin(active)) {
            startReading();
        }
    }

    private boolean begin(ChannelHandlerContext active) {
        context = active;
        // If the preface of HTTP/2 has passed, it is not known where its frames begin.
        watched = HttpChannel.http2(active.pipeline()) != null;
        Runnable counted = limits.opened(active.channel().remoteAddress());
        if (counted == null) {
            active.close();
            return false;
        }
        release = counted;
        return true;
    }

    @Override
    public void read(ChannelHandlerContext requested) {
        if (mayRead) {
            requested.read();
        } else if (!asked) {
            asked = true;
            sessions.readInTurn(requested.channel().eventLoop(), () -> {
                if (requested.channel().isActive()) {
                    startReading();
                    requested.read();
                }
            });
        }
    }

    /** The time until the request begins only now: the client cannot know that it has to wait for its turn. */
    private void startReading() {
        mayRead = true;
        if (limits.headerMillis() > 0 && !context.isRemoved()) {
            timer = context.executor().schedule(this::expired, limits.headerMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        if (!begun && !watched && HttpChannel.tls(reading.pipeline()) != null) {
            reading.pipeline().addAfter(HttpChannel.tls(reading.pipeline()).name(), null, new Decrypted());
            watched = true;
        }
        begun = true;
        if (!watched && message instanceof ByteBuf bytes) {
            // Byte by byte, until Vert.x has recognized HTTP/1 or the preface of HTTP/2, and has added its codec.
            while (!watched && bytes.readableBytes() > 1 && !reading.isRemoved()) {
                reading.fireChannelRead(bytes.readRetainedSlice(1));
                watch(false);
            }
            reading.fireChannelRead(bytes);
            watch(false);
        } else {
            reading.fireChannelRead(message);
        }
    }

    private void watch(boolean prefaceExpected) {
        ChannelPipeline pipeline = context.pipeline();
        if (watched || context.isRemoved()) {
            return;
        }
        if (HttpChannel.isHttp1(pipeline)) {
            watched = true;
            next = new HttpGuard(limits, cors, this::received);
            next.install(pipeline);
        } else if (HttpChannel.http2(pipeline) != null) {
            watched = true;
            FrameDeadline.install(HttpChannel.http2(pipeline), limits, prefaceExpected);
        }
    }

    /** Handler behind that of TLS, which sees the first bytes of the protocol that was negotiated. */
    private final class Decrypted extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext reading, Object message) {
            watched = false;
            watch(true);
            watched = true;
            reading.pipeline().remove(this);
            reading.fireChannelRead(message);
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
        if (late) {
            // Something was received before the handler was added, if there is a codec.
            watch(false);
        }
        if (begun || next != null) {
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
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
        HttpChannel.failed(failed, cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext closed) {
        stop();
        closed.fireChannelInactive();
    }

    /** Also of a connection that is closed by the acceptor, and is never told that it is inactive. */
    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        stop();
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
        release.run();
        release = NOTHING;
    }
}
