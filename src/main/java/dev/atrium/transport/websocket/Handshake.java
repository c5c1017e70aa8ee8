package dev.atrium.transport.websocket;

import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.HttpChannel;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;

/**
 * An admitted WebSocket handshake. The gate attaches it to the channel, because an upgrade check does not see the routing
 * context; the upgrade check passes it to the endpoint as user data. On the request's event loop only.
 */
public abstract class Handshake {

    static final TypedKey<Handshake> KEY = new TypedKey<>(Handshake.class.getName());

    private static final AttributeKey<Handshake> ATTRIBUTE = AttributeKey.valueOf(Handshake.class, "admitted");

    private final Caller caller;
    private final AuthenticationException failure;
    private final ConnectionLimiter.Slot slot;
    private final SocketSettings settings;
    private RoutingContext request;
    private MultiMap headers;
    private UpgradeChannel channel;
    private boolean opened;

    /**
     * @param failure why authentication failed; null if it did not
     * @param slot released when the connection is closed; null if the connection has no slot of its own
     */
    protected Handshake(Caller caller, AuthenticationException failure, ConnectionLimiter.Slot slot, SocketSettings settings) {
        this.caller = caller;
        this.failure = failure;
        this.slot = slot;
        this.settings = settings;
    }

    /** Attaches the handshake to the channel of its request, for the upgrade check. */
    public final void attach(RoutingContext context) {
        Channel of = HttpChannel.of(context.request());
        if (slot != null) {
            // The listener lives as long as the connection: it captures the slot only, or it would keep the handshake in
            // memory.
            ConnectionLimiter.Slot held = slot;
            of.closeFuture().addListener(closed -> held.release());
        }
        of.attr(ATTRIBUTE).set(this);
        request = context;
        context.put(Handshake.class.getName(), this);
        // The request may still be answered without an upgrade: by a filter or an upgrade check of the application, or by
        // Vert.x (RFC 6455 section 4.2.1), for which the framework has no callback. The handshake must be detached then,
        // because the next request on this connection may be another client's.
        context.addEndHandler(answered -> refused(of));
    }

    /** Returns whether a request was admitted already. */
    public static boolean isAttached(RoutingContext context) {
        return context.get(Handshake.class.getName()) != null;
    }

    /** Detaches and returns the handshake of a channel; null for a WebSocket of the application's own. */
    static Handshake take(Channel channel) {
        return channel.attr(ATTRIBUTE).getAndSet(null);
    }

    public final Caller caller() {
        return caller;
    }

    final AuthenticationException failure() {
        return failure;
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
        // Not before: an upgrade check of the application may ask for it.
        Admission.forget(request);
        request = null;
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

    /** Marks the handshake as complete, and clears its headers, some 800 bytes, which Vert.x keeps with the WebSocket. */
    final void opened() {
        opened = true;
        headers.clear();
    }
}
