package dev.atrium.transport.websocket;

import dev.atrium.security.Connections;
import dev.atrium.session.Sessions;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import org.jboss.logging.Logger;

/**
 * Turns a request into a WebSocket. Vert.x makes the handshake; from then on our own handler stands before Vert.x's in the
 * pipeline, so a frame passes nothing but Netty's codec. The only place that touches internals of Vert.x.
 */
public final class WebSocketUpgrade {

    private static final Logger LOG = Logger.getLogger(WebSocketUpgrade.class);

    /** Names that Vert.x and Netty give their handlers. */
    private static final String VERTX_HANDLER = "handler";
    private static final String ENCODER = "wsencoder";
    private static final String IDLE = "idle";

    private final Sessions sessions;
    private final int maxMessageSize;
    private final PerMessageDeflate deflate;

    /**
     * @param maxMessageSize bytes; a larger message ends the connection
     * @param compression whether permessage-deflate is agreed to
     */
    public WebSocketUpgrade(Sessions sessions, int maxMessageSize, boolean compression) {
        this.sessions = sessions;
        this.maxMessageSize = maxMessageSize;
        this.deflate = compression ? new PerMessageDeflate(maxMessageSize) : null;
    }

    /**
     * On the request's event loop. A handshake that breaks RFC 6455 section 4 is answered by Vert.x.
     *
     * @param slot released when the connection is gone; null if it has none of its own
     */
    public void upgrade(HttpServerRequest request, SocketProtocol protocol, Connections.Slot slot) {
        Channel channel = ((ConnectionBase) request.connection()).channel();
        if (slot != null) {
            channel.closeFuture().addListener(closed -> slot.release());
        }
        WebSocketServerExtension compression = deflate == null ? null : deflate.negotiate(request);
        // What the client sends on must wait with it.
        request.pause();
        sessions.inTurn(channel.eventLoop(), () -> {
            if (!channel.isActive()) {
                // Gone while it waited: its request has ended, and cannot become anything.
                return Uni.createFrom().voidItem();
            }
            request.toWebSocket()
                    .onSuccess(socket -> {
                        // The request's headers would stay with the connection for good, some 800 bytes of each.
                        socket.headers().clear();
                        install(channel, compression, protocol);
                    })
                    .onFailure(failure -> {
                        LOG.debugf("A WebSocket handshake was refused: %s", failure.getMessage());
                        release(slot);
                    });
            // Vert.x's own would fail what Vert.x then completes, and log an error: of one who goes between these two.
            request.exceptionHandler(gone -> LOG.debugf("Gone during its handshake: %s", gone.getMessage()));
            // The turn is over: that of a client that has gone meanwhile may never hear so.
            return Uni.createFrom().voidItem();
        }).subscribe().with(done -> { }, failure -> {
            LOG.error("A WebSocket handshake failed", failure);
            release(slot);
        });
    }

    /** Of a connection that stays, for other requests. */
    private static void release(Connections.Slot slot) {
        if (slot != null) {
            slot.release();
        }
    }

    private void install(Channel channel, WebSocketServerExtension compression, SocketProtocol protocol) {
        if (!channel.isActive()) {
            // Gone during the handshake: nobody would ever tell a handler that is added now.
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(IDLE) != null) {
            // The HTTP server's idle timeout: heartbeats are the better judge of who is alive.
            pipeline.remove(IDLE);
        }
        FrameHandler handler = new FrameHandler(sessions, maxMessageSize, protocol);
        if (compression != null) {
            pipeline.addBefore(VERTX_HANDLER, null, compression.newExtensionDecoder());
            pipeline.addBefore(VERTX_HANDLER, null, compression.newExtensionEncoder());
            pipeline.addBefore(VERTX_HANDLER, null, new SharedFrameUnwrapper());
        }
        pipeline.addBefore(VERTX_HANDLER, null, new Utf8FrameValidator(false));
        pipeline.addBefore(VERTX_HANDLER, null, new WebSocketFrameAggregator(maxMessageSize));
        pipeline.addBefore(VERTX_HANDLER, null, handler);
        ChannelHandlerContext own = pipeline.context(handler);
        handler.open(own, compression != null ? own : pipeline.context(ENCODER));
    }
}
