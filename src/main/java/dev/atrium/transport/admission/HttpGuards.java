package dev.atrium.transport.admission;

import dev.atrium.session.EventLoops;
import dev.atrium.session.Sessions;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;

/**
 * Installer of the Netty handlers that guard HTTP connections against slow clients and malformed requests. The framework has
 * no hook for accepted connections: the listeners are looked up when the server has started, with the connections that they
 * have accepted by then, and a listener that is not found is guarded by its first request. Any thread.
 */
@Singleton
final class HttpGuards {

    private static final AttributeKey<Boolean> INSTALLED = AttributeKey.valueOf(HttpGuards.class, "installed");
    private static final AcceptFailures FAILURES = new AcceptFailures();

    private final SlowRequests limits;
    private final CorsHeaders cors;
    private final Listeners listeners;
    private final EventLoops loops;
    private final Sessions sessions;
    private final UnreadResponses unread;
    private final AcceptedConnections accepted = new AcceptedConnections();

    HttpGuards(SlowRequests limits, CorsHeaders cors, Listeners listeners, EventLoops loops, Sessions sessions,
            UnreadResponses unread) {
        this.limits = limits;
        this.cors = cors;
        this.listeners = listeners;
        this.loops = loops;
        this.sessions = sessions;
        this.unread = unread;
    }

    void listening(@ObservesAsync HttpServerStart started) {
        listeners.find(this::guardListener);
        // No guards there: its clients are the operator's.
        listeners.findManagement(listener -> listener.pipeline().addLast(FAILURES));
    }

    void listeningSecurely(@ObservesAsync HttpsServerStart started) {
        listeners.findSecure(this::guardListener);
    }

    private void guardListener(Channel listener) {
        if (listener.attr(INSTALLED).setIfAbsent(true) == null) {
            listener.pipeline().addFirst(accepted).addLast(FAILURES);
            listeners.forEachConnection(listener, this::guardAccepted);
        }
    }

    /** Guards a connection that was accepted before its listener was guarded. On its event loop. */
    private void guardAccepted(Channel connection) {
        if (connection.attr(INSTALLED).get() == null && connection.pipeline().get(FirstRequest.class) == null) {
            FirstRequest first = new FirstRequest(limits, cors, sessions);
            connection.pipeline().addFirst(first);
            first.beginLate(connection.pipeline().context(first));
        }
    }

    /**
     * Guards a request's connection, and its listener, unless they are. On the request's event loop.
     *
     * @return false if there is no memory for the request, which was ended
     */
    boolean guard(RoutingContext request, boolean hasBody) {
        Channel channel = HttpChannel.of(request.request());
        boolean fits = !hasBody || StreamBodies.watch(request, limits);
        if (request.request().version() == HttpVersion.HTTP_2) {
            UnreadStreams.watch(channel, 0);
            unread.countFromEnd(request);
        }
        if (channel.attr(INSTALLED).get() == null) {
            channel.attr(INSTALLED).set(true);
            FirstRequest first = channel.pipeline().get(FirstRequest.class);
            if (first != null) {
                first.received();
            }
            if (HttpChannel.isHttp1(channel.pipeline()) && channel.pipeline().get(HttpGuard.class) == null) {
                new HttpGuard(limits, cors, null).install(channel.pipeline(), hasBody);
            }
        }
        if (channel.parent() != null) {
            guardListener(channel.parent());
        }
        return fits;
    }

    /** Handler of a listener's channel, which passes each accepted connection on before it is registered. */
    @Sharable
    private final class AcceptedConnections extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof Channel connection) {
                connection.pipeline().addLast(new FirstRequest(limits, cors, sessions));
            }
            context.fireChannelRead(message);
            // Its client would wait, until the replica is out of the load balancer or longer; now it tries again, and its next
            // connection is another loop's. Netty's task that would register the connection finds it closed.
            if (message instanceof Channel connection && connection.isOpen() && loops.isBlocked(connection.eventLoop())) {
                connection.unsafe().closeForcibly();
            }
        }
    }
}
