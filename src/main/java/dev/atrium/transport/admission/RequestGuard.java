package dev.atrium.transport.admission;

import dev.atrium.gateway.ErrorReply;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** First request filter: answers malformed and too large requests with a problem that pages of other origins can read. */
@Singleton
public final class RequestGuard {

    private static final Logger LOG = Logger.getLogger(RequestGuard.class);

    private static final int BEFORE_OTHER_OBSERVERS = 1;

    /** Maximum number of header fields: short ones take twenty times the memory of their bytes, while a stream lasts. */
    private static final int MAX_FIELDS = 200;

    /** Key in the context of a request that has reached the routes. */
    private static final String CHECKED = RequestGuard.class.getName();

    private final CorsHeaders cors;
    private final HttpGuards guards;
    private final long maxBodySize;
    private final long maxHeaderSize;
    private final int maxLineLength;
    private final boolean wholeSite;

    RequestGuard(CorsHeaders cors, HttpGuards guards,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBodySize,
            @ConfigProperty(name = "quarkus.http.limits.max-header-size") MemorySize maxHeaderSize,
            @ConfigProperty(name = "quarkus.http.limits.max-initial-line-length") int maxLineLength,
            @ConfigProperty(name = "atrium.http.whole-site", defaultValue = "false") boolean wholeSite) {
        this.cors = cors;
        this.guards = guards;
        this.maxBodySize = maxBodySize.asLongValue();
        this.maxHeaderSize = maxHeaderSize.asLongValue();
        this.maxLineLength = maxLineLength;
        this.wholeSite = wholeSite;
    }

    void register(@Observes @Priority(BEFORE_OTHER_OBSERVERS) Router router) {
        router.route().order(Admission.FIRST).handler(this::check).failureHandler(this::failed);
    }

    private void check(RoutingContext context) {
        context.put(CHECKED, true);
        ConnectionEnd.begin(context);
        if (!guards.guard(context, hasBody(context.request()))) {
            return;
        }
        cors.completeLater(context);
        if (!isHeadAccepted(context)) {
            return;
        }
        if (!wholeSite && !ServedPaths.includes(context)) {
            context.next();
            return;
        }
        HttpServerRequest request = context.request();
        if (request.headers().getAll(HttpHeaders.HOST).size() > 1) {
            // RFC 9112 section 3.2: a proxy may have taken the other one.
            reject(context, ErrorReply.badRequest("Host: expected once"));
        } else if (!isFramed(request)) {
            reject(context, ErrorReply.badRequest("Transfer-Encoding: expected chunked, or none"));
        } else if (length(request) > maxBodySize) {
            reject(context, Problem.tooLarge(413));
        } else {
            if (hasBody(request)) {
                ConnectionEnd.enforce(context);
            }
            ConnectionEnd.delimit(context);
            context.next();
        }
    }

    /**
     * Returns whether the head of a request is within the limits; if not, the request was answered. Those of HTTP/1.1 are the
     * codec's, except the number of fields. For HTTP/2 the limit of the protocol itself is higher, because pages of other
     * origins could not read Netty's answer to it.
     */
    private boolean isHeadAccepted(RoutingContext context) {
        HttpServerRequest request = context.request();
        long bytes = 0;
        int fields = 0;
        // Not size(), which is the number of different names.
        for (Map.Entry<String, String> header : request.headers()) {
            bytes += header.getKey().length() + header.getValue().length();
            if (++fields > MAX_FIELDS) {
                reject(context, Problem.tooLarge(431));
                return false;
            }
        }
        if (request.version() != HttpVersion.HTTP_2) {
            return true;
        }
        boolean longLine = request.uri().length() > maxLineLength;
        if (longLine || bytes > maxHeaderSize) {
            reject(context, Problem.tooLarge(longLine ? 414 : 431));
            return false;
        }
        return true;
    }

    private void reject(RoutingContext context, ErrorReply error) {
        ConnectionEnd.announce(context);
        ConnectionEnd.enforce(context);
        Problem.send(context, error);
    }

    /**
     * Answers a request whose route has thrown an error reply, or which Vert.x has found to be malformed before any route:
     * Quarkus would log it with a stack trace.
     */
    private void failed(RoutingContext context) {
        if (context.failure() instanceof ErrorReply error && ServedPaths.includes(context)) {
            Problem.send(context, error);
            return;
        }
        guards.guard(context, hasBody(context.request()));
        boolean malformed = context.statusCode() == 400 || context.statusCode() == 404;
        if (!malformed || context.get(CHECKED) != null || context.response().ended()
                || !wholeSite && !ServedPaths.includes(context)) {
            context.next();
            return;
        }
        if (hasBody(context.request())) {
            // Otherwise the next request of a client that does not send this body would be taken for it.
            ConnectionEnd.enforce(context);
        }
        LOG.debugf("Malformed request: %s", context.failure() == null ? "its path" : context.failure().getMessage());
        cors.complete(context.response().headers(), context.request().getHeader(HttpHeaders.ORIGIN));
        if (context.statusCode() == 404) {
            Problem.send(context, 404);
        } else {
            Problem.send(context, context.request().authority() != null ? Problem.malformedRequest()
                    : ErrorReply.badRequest("Host: expected a host name, with or without a port"));
        }
    }

    /**
     * Returns whether the length of the body is certain. Netty takes the length from Content-Length if it does not know the
     * transfer coding, and a proxy that does would see another request in the body (RFC 9112 section 6.3).
     */
    private static boolean isFramed(HttpServerRequest request) {
        List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        return codings.isEmpty() || request.version() != HttpVersion.HTTP_1_0 && codings.size() == 1
                && codings.get(0).strip().equalsIgnoreCase("chunked");
    }

    private static boolean hasBody(HttpServerRequest request) {
        return length(request) > 0 || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || request.version() == HttpVersion.HTTP_2 && !request.isEnded();
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
