package dev.atrium.transport.http;

import dev.atrium.transport.admission.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/**
 * Methods that paths support, for the {@code Allow} of a 405 (RFC 9110 section 15.5.6) and of the answer to OPTIONS. Those of
 * the Jakarta REST resources are listed here, because Jakarta REST leaves them out.
 */
final class AllowedMethods {

    private static final String READ = "GET, HEAD, OPTIONS";
    private static final String DELETE = "DELETE, OPTIONS";

    private static final Map<String, String> OF_PATHS = Map.of(
            "/rooms", READ,
            "/rooms/*", "GET, HEAD, OPTIONS, POST",
            "/rooms/*/messages", READ,
            "/rooms/*/members", READ,
            "/sessions/*", DELETE,
            "/users/*/sessions", DELETE,
            "/rtc/ice", READ);

    private AllowedMethods() {
    }

    /**
     * Returns the methods of a path; null for a path of no resource.
     *
     * @param path normalized; a semicolon begins parameters of a segment, which the resources ignore
     */
    static String at(String path) {
        return OF_PATHS.get(path.replaceAll(";[^/]*|/$", "").replaceFirst("^/(rooms|sessions|users)/[^/]+", "/$1/*"));
    }

    /** Answers a request on a route that supports other methods: OPTIONS with their names, anything else with 405. */
    static void answer(RoutingContext context, String methods) {
        context.response().putHeader(HttpHeaders.ALLOW, methods + ", OPTIONS");
        if (context.request().method().equals(HttpMethod.OPTIONS)) {
            context.response().end();
        } else {
            Problem.send(context, 405);
        }
    }
}
