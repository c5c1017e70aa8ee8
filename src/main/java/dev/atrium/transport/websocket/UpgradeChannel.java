package dev.atrium.transport.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import java.util.ArrayList;
import java.util.List;

/**
 * Netty channel of a WebSocket, with the handlers in front of Vert.x's.
 *
 * <p>
 * Netty's own handlers replace what is wrong or unbounded in Vert.x: {@link Utf8FrameValidator}, because Vert.x replaces
 * invalid UTF-8 instead of closing (RFC 6455 section 8.1); {@link WebSocketFrameAggregator}, because Vert.x loses a message
 * whose first fragment is empty and closes with 1011 for one that is too large; and {@link PerMessageDeflate}. On the channel's
 * event loop only.
 */
public final class UpgradeChannel {

    /** Handler names that Vert.x and Netty use. */
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

    /**
     * Adds the handlers in front of Vert.x's. The guard holds all frames until it is released.
     *
     * @param maxMessageSize bytes; a larger message closes the connection
     * @param compression the negotiated extension; null for none
     */
    static UpgradeChannel install(Channel channel, int maxMessageSize, WebSocketServerExtension compression) {
        UpgradeChannel installed = new UpgradeChannel(channel);
        WebSocketServerExtensionHandler framework = channel.pipeline().get(WebSocketServerExtensionHandler.class);
        if (framework != null) {
            // Vert.x's handler would negotiate a second time, without a size limit.
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
     * Adds a handler in front of Vert.x's to an open WebSocket of the application's own endpoint.
     *
     * @return handler context to which ready-made frames are written
     */
    static ChannelHandlerContext listen(Channel channel, ChannelHandler handler) {
        UpgradeChannel open = new UpgradeChannel(channel);
        open.add(handler);
        return open.belowEncoder();
    }

    /** Removes the handlers, because the handshake was rejected after all and the connection stays open for other requests. */
    void uninstall() {
        if (channel.isActive()) {
            added.forEach(channel.pipeline()::remove);
        }
        added.clear();
    }

    /** The guard that limits what the client sends. */
    FrameGuard guard() {
        return guard;
    }

    /** Returns the handler context to which ready-made frames are written, once the handshake is complete. */
    ChannelHandlerContext belowEncoder() {
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(IDLE) != null) {
            // The idle timeout of the HTTP server would close a quiet WebSocket; heartbeats detect dead connections.
            pipeline.remove(IDLE);
        }
        return compressed ? guard.context() : pipeline.context(ENCODER);
    }
}
