package dev.atrium.transport.websocket;

import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.session.Sessions;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;

/**
 * A WebSocket handshake that was admitted. It travels from the gate to the upgrade check on the channel, because a check does not
 * see the routing context, and from there to the endpoint as user data. On the request's event loop only.
 */
public abstract class Handshake {

    static final TypedKey<Handshake> KEY = new TypedKey<>(Handshake.class.getName());

    private static final AttributeKey<Handshake> ATTRIBUTE = AttributeKey.valueOf(Handshake.class, "admitted");

    private final Caller caller;
    private final AuthenticationException failure;
    private final ConnectionLimiter.Slot slot;
    private final SocketSettings settings;
    private MultiMap headers;
    private UpgradeChannel channel;
    private boolean opened;

    /**
     * @param failure why the client is not who it says; null if it is
     * @param slot released when the connection is gone; null if it has none of its own
     */
    protected Handshake(Caller caller, AuthenticationException failure, ConnectionLimiter.Slot slot, SocketSettings settings) {
        this.caller = caller;
        this.failure = failure;
        this.slot = slot;
        this.settings = settings;
    }

    /** Attaches it to the channel of its request: the upgrade check takes it from there. */
    public final void attach(RoutingContext context) {
        Channel of = UpgradeChannel.of(context.request());
        if (slot != null) {
            // The slot alone: the listener stays as long as the connection, and would keep the handshake with it.
            ConnectionLimiter.Slot held = slot;
            of.closeFuture().addListener(closed -> held.release());
        }
        of.attr(ATTRIBUTE).set(this);
        context.put(Handshake.class.getName(), this);
        // Answered after all, by a filter or a check of the application's, or by Vert.x (RFC 6455 section 4.2.1), for which the
        // framework has no handler: the next request on this connection may be another client's.
        context.addEndHandler(answered -> refused(of));
    }

    /** Whether a request was admitted already. */
    public static boolean isAttached(RoutingContext context) {
        return context.get(Handshake.class.getName()) != null;
    }

    /** That of a channel, once; null for a WebSocket of the application's own. */
    static Handshake take(Channel channel) {
        return channel.attr(ATTRIBUTE).getAndSet(null);
    }

    /** Who has made it. */
    public final Caller caller() {
        return caller;
    }

    final AuthenticationException failure() {
        return failure;
    }

    final Sessions sessions() {
        return settings.sessions();
    }

    final SocketSettings settings() {
        return settings;
    }

    final UpgradeChannel channel() {
        return channel;
    }

    final void installed(UpgradeChannel handlers, MultiMap requestHeaders) {
        channel = handlers;
        headers = requestHeaders;
    }

    private void refused(Channel of) {
        if (opened) {
            return;
        }
        of.attr(ATTRIBUTE).compareAndSet(this, null);
        if (slot != null) {
            slot.release();
        }
        if (channel != null) {
            channel.uninstall();
        }
    }

    /** The handshake is complete. Vert.x keeps the headers of the request with the WebSocket, some 800 bytes of each. */
    final void opened() {
        opened = true;
        headers.clear();
    }
}
