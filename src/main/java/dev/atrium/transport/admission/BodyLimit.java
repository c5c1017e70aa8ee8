package dev.atrium.transport.admission;

import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Request filter that rejects a body whose {@code Content-Length} is above the limit, with 413, and discards the body for at
 * most 10 seconds. Quarkus closes the connection at once, and a client that is still sending then sees a reset instead of the
 * response.
 */
@Singleton
public final class BodyLimit {

    /** Time to send the rest of the body before the connection is closed; the response was sent at the beginning. */
    private static final long TIMEOUT_MILLIS = 10_000;

    private final Vertx vertx;
    private final long limit;

    BodyLimit(Vertx vertx, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
        this.vertx = vertx;
        this.limit = limit.asLongValue();
    }

    void register(@Observes Router router) {
        Admission.beforeRoutes(router, context -> {
            if (length(context.request()) > limit) {
                reject(context);
            } else {
                context.next();
            }
        });
    }

    private void reject(RoutingContext context) {
        HttpServerRequest request = context.request();
        long timeout = vertx.setTimer(TIMEOUT_MILLIS, late -> request.connection().close());
        request.endHandler(read -> vertx.cancelTimer(timeout));
        request.exceptionHandler(gone -> vertx.cancelTimer(timeout));
        request.resume();
        Problem.send(context, 413);
    }

    private static long length(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            // Netty has validated the header already; what Netty accepts is accepted here.
            return 0;
        }
    }
}
