package dev.atrium.transport.admission;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;

/**
 * Response in place of a 503 to a client that gives up for good at any status but 200, as {@code EventSource} does (HTML
 * Standard section 9.2.3): 200, with a body that makes it reconnect, and the end.
 *
 * @param body makes it reconnect after that many milliseconds
 */
public record RetryResponse(String contentType, IntFunction<Buffer> body) {

    private static final int SPREAD_MILLIS = 1_000;

    /** Declares that a request is one of such a client. */
    public void of(RoutingContext context) {
        context.put(RetryResponse.class.getName(), this);
    }

    /** Returns the response that was declared for a request, or null. */
    static RetryResponse declared(RoutingContext context) {
        return context.get(RetryResponse.class.getName());
    }

    /** Ends the response. Clients that are rejected at the same time come back within a second of each other, not at once. */
    void send(RoutingContext context, int afterSeconds) {
        int millis = afterSeconds * 1_000 + ThreadLocalRandom.current().nextInt(SPREAD_MILLIS) - SPREAD_MILLIS / 2;
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, contentType).putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body.apply(millis));
    }
}
