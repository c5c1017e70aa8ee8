package dev.atrium.transport.websocket;

import dev.atrium.transport.admission.Admission;
import dev.atrium.transport.admission.HttpChannel;
import io.netty.channel.Channel;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Request filter that holds what a client sends with its WebSocket handshake, until the handshake is answered. It is the first
 * of all filters: the others may answer later than the next bytes are decoded. On the request's event loop.
 */
@Singleton
public final class UpgradeHold {

    /** Paths of Atrium's own endpoints. */
    private static final List<String> PATHS = List.of("/echo", "/ws", "/rooms/:room", "/socket.io/*");

    private static final int SWITCHING_PROTOCOLS = 101;

    private final HttpServerOptions options;

    /** The parameters are the limits of the HTTP server. */
    UpgradeHold(@ConfigProperty(name = "quarkus.http.limits.max-initial-line-length", defaultValue = "4096") int line,
            @ConfigProperty(name = "quarkus.http.limits.max-header-size", defaultValue = "20K") MemorySize headers,
            @ConfigProperty(name = "quarkus.http.limits.max-chunk-size", defaultValue = "8192") MemorySize chunk) {
        this.options = new HttpServerOptions().setMaxInitialLineLength(line).setMaxHeaderSize(headers.asBigInteger().intValue())
                .setMaxChunkSize(chunk.asBigInteger().intValue());
    }

    void register(@Observes Router router) {
        PATHS.forEach(path -> add(router.route(path), true));
        add(router.route(), false);
    }

    private void add(Route route, boolean untilOpened) {
        route.method(HttpMethod.GET).order(Integer.MIN_VALUE).handler(context -> hold(context, untilOpened));
    }

    private void hold(RoutingContext context, boolean untilOpened) {
        // The body of a request must reach the HTTP decoder; a handshake with a body is rejected later.
        if (Admission.isWebSocket(context.request()) && !OpeningHandshake.hasBody(context.request())) {
            Channel channel = HttpChannel.of(context.request());
            if (UpgradeChannel.hold(channel, untilOpened, options)) {
                context.addEndHandler(answered -> {
                    if (context.response().getStatusCode() != SWITCHING_PROTOCOLS) {
                        UpgradeChannel.letGo(channel);
                    }
                });
            }
        }
        context.next();
    }
}
