package dev.atrium.transport.admission;

import io.quarkus.vertx.http.runtime.cors.CORSFilter;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * CORS response headers that Quarkus's filter does not set, by its own settings: {@code Vary: Origin}, without which a browser
 * uses a cached response to one page for the page of another origin, and the headers of responses that are sent before the
 * filter runs, which a page could not read. Any thread.
 */
@Singleton
final class CorsHeaders {

    /** In place of an origin that is not known: any page may read the response, if pages of any origin may. */
    static final String ANY = "*";

    private static final String ORIGIN = "Origin";

    private final boolean enabled;
    private final boolean any;
    private final List<String> origins;
    private final List<Pattern> patterns;
    private final Optional<Boolean> credentials;
    private final String exposed;

    CorsHeaders(@ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false") boolean enabled,
            @ConfigProperty(name = "quarkus.http.cors.origins") Optional<List<String>> origins,
            @ConfigProperty(name = "quarkus.http.cors.access-control-allow-credentials") Optional<Boolean> credentials,
            @ConfigProperty(name = "quarkus.http.cors.exposed-headers") Optional<List<String>> exposed) {
        this.enabled = enabled;
        this.any = origins.isPresent() && CORSFilter.isConfiguredWithWildcard(origins);
        this.origins = origins.orElse(List.of());
        this.patterns = CORSFilter.parseAllowedOriginsRegex(origins);
        this.credentials = credentials;
        this.exposed = exposed.map(names -> String.join(",", names)).orElse(null);
    }

    boolean areEnabled() {
        return enabled;
    }

    /** Returns whether only pages of some origins may read responses. */
    boolean areListed() {
        return enabled && !any && (!origins.isEmpty() || !patterns.isEmpty());
    }

    /** Completes the headers of a request's response at the moment when they are written, whatever has set them by then. */
    void completeLater(RoutingContext context) {
        if (enabled) {
            // Read now: a forwarded request has no origin any more when its response arrives.
            String origin = context.request().getHeader(HttpHeaders.ORIGIN);
            context.addHeadersEndHandler(written -> complete(context.response().headers(), origin));
        }
    }

    /** @param origin origin of the page that has sent the request; null if the request names none */
    void complete(MultiMap headers, String origin) {
        if (!enabled) {
            return;
        }
        // Also without an origin: the response is cached for requests that have one.
        String vary = String.join(", ", headers.getAll(HttpHeaders.VARY));
        if (!namesOrigin(vary)) {
            headers.set(HttpHeaders.VARY, vary.isEmpty() ? ORIGIN : vary + ", " + ORIGIN);
        }
        boolean listed = origin != null && !any
                && (origins.contains(origin) || CORSFilter.isOriginAllowedByRegex(patterns, origin));
        if (origin != null && (any || listed) && !headers.contains(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN)) {
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            if (credentials.orElse(listed)) {
                headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
            }
            if (exposed != null) {
                headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
            }
        }
        if ("false".equals(headers.get(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS))) {
            // The Fetch Standard knows only true.
            headers.remove(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS);
        }
    }

    private static boolean namesOrigin(String vary) {
        return Stream.of(vary.split(",")).map(String::strip)
                .anyMatch(name -> name.equalsIgnoreCase(ORIGIN) || name.equals("*"));
    }
}
