package dev.atrium.transport.admission;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Extraction of the token or the API key from a request (RFC 6750). Pure. */
public final class Credentials {

    /** Query parameter of RFC 6750 section 2.3, for clients that cannot set headers. */
    static final String ACCESS_TOKEN = "access_token";

    private static final String API_KEY = "X-API-Key";
    private static final String BEARER = "Bearer ";

    /**
     * Prefix of a pseudo-subprotocol that carries an {@code Authorization} header, because browsers cannot set headers on a
     * WebSocket. Quarkus's clients send the same prefix.
     */
    private static final String CARRIER = "quarkus-http-upgrade#Authorization#";

    private Credentials() {
    }

    /** Returns the API key of a backend, or null. */
    static String key(HttpServerRequest request) {
        return request.getHeader(API_KEY);
    }

    /**
     * Returns the token from the header, a subprotocol, the query or the cookie, in this order; null if there is none.
     *
     * @param fromQuery the token found in the query, or null
     * @param cookie name of the cookie that holds the token; null if no cookie is accepted
     */
    static String token(HttpServerRequest request, String fromQuery, String cookie) {
        String token = bearer(request.getHeader(HttpHeaders.AUTHORIZATION));
        if (token == null) {
            token = carried(HeaderList.of(request, "Sec-WebSocket-Protocol"));
        }
        if (token == null) {
            token = fromQuery;
        }
        Cookie sessionCookie = token == null && cookie != null ? request.getCookie(cookie) : null;
        return sessionCookie == null ? token : sessionCookie.getValue();
    }

    /** Returns the bearer token of an {@code Authorization} header, which may be null; null if it has none. */
    public static String bearer(String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }

    /** Returns whether a subprotocol that a client offers is its token, which a response must not repeat. */
    public static boolean isCarrier(String subprotocol) {
        return decoded(subprotocol).startsWith(CARRIER);
    }

    private static String carried(List<String> subprotocols) {
        for (String each : subprotocols) {
            String decoded = decoded(each);
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

    /** Returns the query without the parameter that holds the token. */
    static String without(String query) {
        StringBuilder rest = new StringBuilder();
        // Split and decoded like Netty does, which has found the token: a token that only Netty sees would stay in the URL.
        for (String parameter : query.split("[&;]")) {
            if (!decoded(parameter.split("=", 2)[0]).equalsIgnoreCase(ACCESS_TOKEN)) {
                rest.append(rest.isEmpty() ? "?" : "&").append(parameter);
            }
        }
        return rest.toString();
    }
}
