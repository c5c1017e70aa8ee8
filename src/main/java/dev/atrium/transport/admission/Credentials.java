package dev.atrium.transport.admission;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Where a request carries the token or the key of its client (RFC 6750). Pure. */
final class Credentials {

    /** The query parameter of RFC 6750 section 2.3, for clients that can set no header. */
    static final String ACCESS_TOKEN = "access_token";

    private static final String API_KEY = "X-API-Key";
    private static final String BEARER = "Bearer ";

    /** A subprotocol that is none: by it browsers can say what they have no other way to say. Quarkus's clients know it, too. */
    private static final String CARRIER = "quarkus-http-upgrade#Authorization#";

    private Credentials() {
    }

    /** The key of a backend, or null. */
    static String key(HttpServerRequest request) {
        return request.getHeader(API_KEY);
    }

    /**
     * The token, or null.
     *
     * @param fromQuery what was found in the query, or null
     * @param cookie the name of the one that holds it; null if none does
     */
    static String token(HttpServerRequest request, String fromQuery, String cookie) {
        String token = bearer(request.getHeader(HttpHeaders.AUTHORIZATION));
        if (token == null) {
            token = carried(request.getHeader("Sec-WebSocket-Protocol"));
        }
        if (token == null) {
            token = fromQuery;
        }
        Cookie held = token == null && cookie != null ? request.getCookie(cookie) : null;
        return held == null ? token : held.getValue();
    }

    private static String bearer(String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip() : null;
    }

    private static String carried(String subprotocols) {
        if (subprotocols == null) {
            return null;
        }
        for (String each : subprotocols.split(",")) {
            String decoded = decoded(each.strip());
            if (decoded.startsWith(CARRIER)) {
                return bearer(decoded.substring(CARRIER.length()));
            }
        }
        return null;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** The query without the parameter that holds the token. */
    static String without(String query) {
        StringBuilder rest = new StringBuilder();
        // Separated and decoded as Netty does it, which has found the token.
        for (String parameter : query.split("[&;]")) {
            if (!decoded(parameter.split("=", 2)[0]).equals(ACCESS_TOKEN)) {
                rest.append(rest.isEmpty() ? "?" : "&").append(parameter);
            }
        }
        return rest.toString();
    }
}
