package dev.atrium.transport.admission;

import dev.atrium.session.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;

/**
 * Installer of the Netty handlers that guard HTTP connections against slow clients and malformed requests. The framework has
 * no hook for accepted connections: the listeners are looked up when the server has started, with the connections that they
 * have accepted by then, and a listener that is not found is guarded by its first request. Any thread.
 */
@Singleton
final class HttpGuards {

    private static final AttributeKey<Boolean> INSTALLED = AttributeKey.valueOf(HttpGuards.class, "installed");

    private static final Logger LOG = Logger.getLogger(HttpGuards.class);

    private static final Duration FIRST_RETRY = Duration.ofMillis(5);
    private static final Duration MAX_RETRY = Duration.ofMillis(100);
    private static final long TIMEOUT_MILLIS = 10_000;

    private final SlowRequests limits;
    private final CorsHeaders cors;
    private final HttpServer server;
    private final Vertx vertx;
    private final EventLoops loops;
    private final UnreadResponses unread;
    private final AcceptedConnections accepted = new AcceptedConnections();

    HttpGuards(SlowRequests limits, CorsHeaders cors, HttpServer server, Vertx vertx, EventLoops loops,
            UnreadResponses unread) {
        this.limits = limits;
        this.cors = cors;
        this.server = server;
        this.vertx = vertx;
        this.loops = loops;
        this.unread = unread;
    }

    void listening(@ObservesAsync HttpServerStart started) {
        guardListener(server::getPort);
    }

    void listeningSecurely(@ObservesAsync HttpsServerStart started) {
        guardListener(server::getSecurePort);
    }

    /** Guards the listener of a port, which Quarkus registers some time after the event. */
    private void guardListener(IntSupplier port) {
        Uni.createFrom().item(() -> port.getAsInt() > 0 ? port.getAsInt() : null).onItem().ifNull().fail()
                .onFailure().retry().withBackOff(FIRST_RETRY, MAX_RETRY).expireIn(TIMEOUT_MILLIS)
                .subscribe().with(known -> HttpChannel.forEachListener(vertx, listener -> {
                    if (listener.localAddress() instanceof InetSocketAddress address && address.getPort() == known) {
                        guardListener(listener);
                    }
                }), unknown -> LOG.debugf("The first request guards its listener: %s", unknown.getMessage()));
    }

    private void guardListener(Channel listener) {
        if (listener.attr(INSTALLED).setIfAbsent(true) == null) {
            listener.pipeline().addFirst(accepted);
            HttpChannel.forEachConnection(vertx, listener, this::guardAccepted);
        }
    }

    /** Guards a connection that was accepted before its listener was guarded. On its event loop. */
    private void guardAccepted(Channel connection) {
        if (connection.attr(INSTALLED).get() == null && connection.pipeline().get(FirstRequest.class) == null) {
            FirstRequest first = new FirstRequest(limits, cors);
            connection.pipeline().addFirst(first);
            first.beginLate(connection.pipeline().context(first));
        }
    }

    /** Guards a request's connection, and its listener, unless they are. On the request's event loop. */
    void guard(RoutingContext request, boolean hasBody) {
        Channel channel = HttpChannel.of(request.request());
        if (hasBody) {
            StreamBodies.watch(request, limits);
        }
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
    }

    /** Handler of a listener's channel, which passes each accepted connection on before it is registered. */
    @Sharable
    private final class AcceptedConnections extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof Channel connection) {
                connection.pipeline().addLast(new FirstRequest(limits, cors));
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
