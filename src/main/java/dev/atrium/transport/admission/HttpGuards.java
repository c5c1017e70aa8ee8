package dev.atrium.transport.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/**
 * Installer of the Netty handlers that guard HTTP connections against slow and malformed requests. The first request that a
 * listener receives installs them, because the framework has no hook for accepted connections: those that were accepted earlier
 * are guarded from their own first request on. Any thread.
 */
@Singleton
final class HttpGuards {

    private static final AttributeKey<Boolean> INSTALLED = AttributeKey.valueOf(HttpGuards.class, "installed");

    private final SlowRequests limits;
    private final CorsHeaders cors;
    private final AcceptedConnections accepted = new AcceptedConnections();

    HttpGuards(SlowRequests limits, CorsHeaders cors) {
        this.limits = limits;
        this.cors = cors;
    }

    /** Guards a request's connection, and its listener, unless they are. On the request's event loop. */
    void guard(RoutingContext request, boolean hasBody) {
        Channel channel = HttpChannel.of(request.request());
        if (hasBody) {
            StreamBodies.watch(request, limits);
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
        Channel listener = channel.parent();
        if (listener != null && listener.attr(INSTALLED).setIfAbsent(true) == null) {
            listener.pipeline().addFirst(accepted);
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
        }
    }
}
