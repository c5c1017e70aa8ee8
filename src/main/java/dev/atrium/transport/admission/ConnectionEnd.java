package dev.atrium.transport.admission;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * End of a connection after a response. A close at once, while the client still sends its body, would reset the connection, and
 * the client would not read the response: the rest of the body is discarded first, for a limited time. On the request's event
 * loop.
 */
final class ConnectionEnd {

    private static final long REST_MILLIS = 10_000;

    /** The same for a client that waits for 100 (Continue): it sends no body after an error. */
    private static final long UNSENT_MILLIS = 1_000;

    private static final String ENFORCED = ConnectionEnd.class.getName();

    private ConnectionEnd() {
    }

    /** Begins anew for a request that is routed again: a reroute removes the handlers of {@link #enforce}. */
    static void begin(RoutingContext context) {
        context.remove(ENFORCED);
    }

    /** Announces that the response is the last one of its connection. */
    static void announce(RoutingContext context) {
        if (context.request().version() != HttpVersion.HTTP_2) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }

    /**
     * Closes the connection after a response that announces it, and after any other if the rest of the body does not arrive in
     * time: until then the connection serves no other request.
     */
    static void enforce(RoutingContext context) {
        if (context.get(ENFORCED) != null) {
            return;
        }
        context.put(ENFORCED, true);
        context.addHeadersEndHandler(written -> {
            if (isUnsent(context.request())) {
                announce(context);
            }
        });
        context.addBodyEndHandler(answered -> end(context));
    }

    /**
     * Ends the connection of a client of HTTP/1.0 with a response whose length is not known, a stream for example: it knows no
     * chunks, and if it has asked for {@code keep-alive}, it would wait for more (RFC 9112 section 6.3).
     */
    static void delimit(RoutingContext context) {
        if (context.request().version() == HttpVersion.HTTP_1_0) {
            enforce(context);
            // Not now, because Vert.x sets keep-alive when it writes the headers.
            context.addHeadersEndHandler(written -> {
                if (!context.response().headers().contains(HttpHeaders.CONTENT_LENGTH)) {
                    announce(context);
                }
            });
        }
    }

    /** Returns whether the client still waits for 100 (Continue): the server cannot know whether it will send its body. */
    private static boolean isUnsent(HttpServerRequest request) {
        return expectsContinue(request) && !request.isEnded();
    }

    /** Returns whether the client asks for 100 (Continue), which a client of HTTP/1.0 would take for the response. */
    static boolean expectsContinue(HttpServerRequest request) {
        return "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))
                && request.version() != HttpVersion.HTTP_1_0;
    }

    private static void end(RoutingContext context) {
        HttpServerRequest request = context.request();
        boolean announced = context.response().headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true);
        if (request.isEnded()) {
            if (announced) {
                context.vertx().runOnContext(written -> close(request));
            }
            return;
        }
        long timer = context.vertx().setTimer(isUnsent(request) ? UNSENT_MILLIS : REST_MILLIS, late -> close(request));
        request.exceptionHandler(gone -> context.vertx().cancelTimer(timer));
        request.endHandler(read -> {
            context.vertx().cancelTimer(timer);
            if (announced) {
                close(request);
            }
        });
        request.resume();
    }

    private static void close(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            // One of many requests of its connection.
            request.response().reset(0);
        } else {
            request.connection().close();
        }
    }
}
