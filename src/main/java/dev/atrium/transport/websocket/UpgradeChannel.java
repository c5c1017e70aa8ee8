package dev.atrium.transport.websocket;

import dev.atrium.session.RequestMemory;
import dev.atrium.transport.admission.HttpChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import io.vertx.core.http.HttpServerOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Netty channel of a WebSocket, with the handlers in front of Vert.x's.
 *
 * <p>
 * Netty's own handlers replace what is wrong or unbounded in Vert.x: {@link Utf8FrameValidator}, because Vert.x replaces
 * invalid UTF-8 instead of closing (RFC 6455 section 8.1); {@link WebSocketFrameAggregator}, because Vert.x loses a message
 * whose first fragment is empty and closes with 1011 for one that is too large; {@link LimitedFrameDecoder}, because the limits
 * of Vert.x are those of all paths; and {@link PerMessageDeflate}. On the channel's event loop only.
 */
public final class UpgradeChannel {

    /** Handler names that Vert.x and Netty use. */
    private static final String VERTX_HANDLER = "handler";
    private static final String ENCODER = "wsencoder";
    private static final String IDLE = "idle";
    private static final String DECODER = "wsdecoder";
    private static final String BUFFER = "upgradeBuffer";

    private final Channel channel;
    private final SizeLimits limits;
    private final RequestMemory memory;
    private final List<ChannelHandler> added = new ArrayList<>(6);
    private FrameGuard guard;
    private boolean compressed;

    private UpgradeChannel(Channel channel, SizeLimits limits, RequestMemory memory) {
        this.channel = channel;
        this.limits = limits;
        this.memory = memory;
    }

    /**
     * Holds what the client sends after a handshake, until {@link #open} or {@link #letGo}. Called while the request is
     * received.
     *
     * @param untilOpened false for an endpoint of the application, which calls neither after it has accepted the handshake
     * @param options limits of the HTTP decoder
     * @return false if it is held already
     */
    static boolean hold(Channel channel, boolean untilOpened, HttpServerOptions options) {
        return channel.pipeline().get(BUFFER) == null
                && HttpChannel.addBeforeNewDecoder(channel.pipeline(), BUFFER, new UpgradeBuffer(untilOpened), options);
    }

    /** Passes on what is held, because the handshake was rejected, or another replica has answered it. */
    public static void letGo(Channel channel) {
        if (channel.pipeline().get(BUFFER) != null) {
            channel.pipeline().remove(BUFFER);
        }
    }

    /**
     * Adds the handlers in front of Vert.x's. The guard holds all frames until it is released.
     *
     * @param compression the negotiated extension; null for none
     */
    static UpgradeChannel install(Channel channel, SizeLimits limits, WebSocketServerExtension compression,
            RequestMemory memory) {
        UpgradeChannel installed = new UpgradeChannel(channel, limits, memory);
        WebSocketServerExtensionHandler framework = channel.pipeline().get(WebSocketServerExtensionHandler.class);
        if (framework != null) {
            // Vert.x's handler would negotiate a second time, without a size limit.
            channel.pipeline().remove(framework);
        }
        if (compression != null) {
            installed.compressed = true;
            // Before the inflater, which fails at a fragment that inflates to nothing.
            installed.add(new WebSocketFrameAggregator(limits.compressed().message()));
            installed.add(compression.newExtensionDecoder());
            installed.add(compression.newExtensionEncoder());
            installed.add(new SharedFrameUnwrapper());
        }
        installed.guard = new FrameGuard(limits.message());
        installed.add(new Utf8FrameValidator(false));
        if (compression == null) {
            // After the validator, which closes at the first invalid fragment.
            installed.add(new WebSocketFrameAggregator(limits.message()));
        }
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
        UpgradeChannel open = new UpgradeChannel(channel, null, null);
        open.add(handler);
        return open.belowEncoder();
    }

    /** Begins to decode what the client sends, after the handshake was answered. */
    void open() {
        if (channel.pipeline().get(BUFFER) != null) {
            // Vert.x's decoder has received nothing yet, so it can be replaced.
            channel.pipeline().replace(DECODER, DECODER, new LimitedFrameDecoder(limits, compressed, memory));
            letGo(channel);
        }
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
