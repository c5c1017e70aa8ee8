package dev.atrium.transport.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.List;

/**
 * The Netty channel of a WebSocket, with the handlers that stand before Vert.x's. The only class that touches internals of Vert.x.
 *
 * <p>Netty's own handlers stand in for Vert.x where that is wrong or unbounded: {@link Utf8FrameValidator}, because Vert.x replaces
 * what is not UTF-8 (RFC 6455 section 8.1); {@link WebSocketFrameAggregator}, because Vert.x loses a message whose first fragment is
 * empty and closes with 1011 for one that is too large; and {@link PerMessageDeflate}. On the channel's event loop only.
 */
public final class UpgradeChannel {

    /** Names that Vert.x and Netty give their handlers. */
    private static final String VERTX_HANDLER = "handler";
    private static final String ENCODER = "wsencoder";
    private static final String IDLE = "idle";

    private final Channel channel;
    private final List<ChannelHandler> added = new ArrayList<>(6);
    private FrameGuard guard;
    private boolean compressed;

    private UpgradeChannel(Channel channel) {
        this.channel = channel;
    }

    /** That of a request. */
    public static Channel of(HttpServerRequest request) {
        return ((ConnectionBase) request.connection()).channel();
    }

    /**
     * Puts the handlers before Vert.x's. The guard holds all frames until it is released.
     *
     * @param maxMessageSize bytes; a larger message ends the connection
     * @param compression what was negotiated; null for none
     */
    static UpgradeChannel install(Channel channel, int maxMessageSize, WebSocketServerExtension compression) {
        UpgradeChannel installed = new UpgradeChannel(channel);
        WebSocketServerExtensionHandler framework = channel.pipeline().get(WebSocketServerExtensionHandler.class);
        if (framework != null) {
            // It would negotiate a second time, and without a bound.
            channel.pipeline().remove(framework);
        }
        if (compression != null) {
            installed.compressed = true;
            installed.add(compression.newExtensionDecoder());
            installed.add(compression.newExtensionEncoder());
            installed.add(new SharedFrameUnwrapper());
        }
        installed.guard = new FrameGuard(maxMessageSize);
        installed.add(new Utf8FrameValidator(false));
        installed.add(new WebSocketFrameAggregator(maxMessageSize));
        installed.add(installed.guard);
        return installed;
    }

    private void add(ChannelHandler handler) {
        channel.pipeline().addBefore(VERTX_HANDLER, null, handler);
        added.add(handler);
    }

    /**
     * Adds a handler before Vert.x's to a WebSocket that is open, of an endpoint of the application's own.
     *
     * @return where ready-made frames are written
     */
    static ChannelHandlerContext listen(Channel channel, ChannelHandler handler) {
        UpgradeChannel open = new UpgradeChannel(channel);
        open.add(handler);
        return open.belowEncoder();
    }

    /** The handshake was refused after all: the connection stays, for other requests. */
    void uninstall() {
        if (channel.isActive()) {
            added.forEach(channel.pipeline()::remove);
        }
        added.clear();
    }

    /** Bounds what the client sends. */
    FrameGuard guard() {
        return guard;
    }

    /** Where ready-made frames are written, once the handshake is complete. */
    ChannelHandlerContext belowEncoder() {
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(IDLE) != null) {
            // The HTTP server's idle timeout: heartbeats are the better judge of who is alive.
            pipeline.remove(IDLE);
        }
        return compressed ? guard.context() : pipeline.context(ENCODER);
    }
}
