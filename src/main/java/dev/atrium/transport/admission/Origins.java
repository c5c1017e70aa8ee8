package dev.atrium.transport.admission;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Allowlist of origins (RFC 6454). Browsers apply no same-origin check to a WebSocket, so a page of any site could use the
 * cookies or the network access of the user who visits it. Any thread.
 */
final class Origins {

    private static final String ANY = "*";

    private final Set<String> allowed;
    private final boolean any;

    /** @throws ConfigurationException if an entry is not an origin */
    Origins(Optional<List<String>> origins) {
        allowed = Set.copyOf(origins.orElse(List.of(ANY)));
        any = allowed.contains(ANY);
        allowed.forEach(Origins::check);
    }

    private static void check(String origin) {
        if (!origin.equals(ANY) && !isOrigin(origin)) {
            throw new ConfigurationException(
                    "atrium.origins: expected origins as browsers send them, in lower case and without a default port, "
                            + "for example https://app.example.com, got \"" + origin + '"');
        }
    }

    private static boolean isOrigin(String text) {
        try {
            URI uri = URI.create(text);
            return uri.getScheme() != null && uri.getHost() != null && text.equals(serialized(uri));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** RFC 6454 section 6.2; hosts of schemes that are not of the web are as the application writes them. */
    private static String serialized(URI uri) {
        boolean isDefaultPort = uri.getPort() == ("https".equals(uri.getScheme()) ? 443 : 80);
        boolean isWeb = uri.getScheme().matches("(?i)https?");
        String origin = uri.getScheme() + "://" + uri.getHost()
                + (uri.getPort() < 0 || isWeb && isDefaultPort ? "" : ":" + uri.getPort());
        return isWeb ? origin.toLowerCase(Locale.ROOT) : origin;
    }

    /** Returns whether the allowlist is explicit, without the wildcard. */
    boolean areListed() {
        return !any;
    }

    /** Returns whether a request has no origin, the server's own origin, or one of the allowlist. */
    boolean allow(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        return origin == null || any || allowed.contains(origin)
                || request.authority() != null && origin.equals(request.scheme() + "://" + request.authority());
    }
}
