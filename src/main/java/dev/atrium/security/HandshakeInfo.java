package dev.atrium.security;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a client sent with the request that opened its connection. Immutable.
 *
 * @param path of the request, without its query
 * @param query parameters by name, without {@code access_token}; a name may have several values
 * @param headers by name in lower case; a name may have several values
 */
public record HandshakeInfo(String path, Map<String, List<String>> query, Map<String, List<String>> headers) {

    /** Of a client whose request was not kept. */
    public static final HandshakeInfo NONE = new HandshakeInfo("", Map.of(), Map.of());

    /** Returns the first value of a parameter of the query, or null. */
    public String query(String name) {
        return first(query.get(name));
    }

    /** Returns the first value of a header, whatever the case of its name, or null. */
    public String header(String name) {
        return first(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Names the path alone: the rest may contain secrets. */
    @Override
    public String toString() {
        return "HandshakeInfo[" + path + "]";
    }

    private static String first(List<String> values) {
        return values == null ? null : values.get(0);
    }
}
