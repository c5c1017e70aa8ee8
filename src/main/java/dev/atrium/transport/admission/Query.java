package dev.atrium.transport.admission;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.PathSegment;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;

/** Parameters of a query. Strict, unlike the framework's decoder, for which different names can be the same. Any thread. */
public final class Query {

    private Query() {
    }

    /**
     * Returns the value of a parameter; null if there is none, empty if it has no value.
     *
     * @throws ErrorReply 400, naming the parameter, for a value that is not percent-encoded UTF-8, and for a second one, which
     *         a proxy may take instead
     */
    public static String parameter(HttpServerRequest request, String name) {
        if (request.query() == null) {
            return null;
        }
        String encoded = null;
        for (String pair : request.query().split("&")) {
            int is = pair.indexOf('=');
            if (isNamed(is < 0 ? pair : pair.substring(0, is), name)) {
                if (encoded != null) {
                    throw ErrorReply.badRequest(name + ": expected once");
                }
                encoded = is < 0 ? "" : pair.substring(is + 1);
            }
        }
        return encoded == null ? null : PathSegment.decode(name, encoded.replace('+', ' '));
    }

    /**
     * As {@link #parameter(HttpServerRequest, String)}.
     *
     * @param absent value if there is none
     */
    public static String parameter(HttpServerRequest request, String name, String absent) {
        String value = parameter(request, name);
        return value == null ? absent : value;
    }

    /**
     * As {@link #parameter(HttpServerRequest, String)}, for protocols whose errors are their own: empty for a value that is
     * refused, which is none that a protocol knows.
     */
    public static String unchecked(HttpServerRequest request, String name) {
        try {
            return parameter(request, name);
        } catch (ErrorReply refused) {
            return "";
        }
    }

    private static boolean isNamed(String encoded, String name) {
        return encoded.equals(name)
                || encoded.indexOf('%') >= 0 && name.equals(QueryStringDecoder.decodeComponent(encoded));
    }

    /**
     * Returns a parameter that is true or false: true if it has no value.
     *
     * @param absent value if there is none
     * @throws ErrorReply 400, naming the parameter
     */
    public static boolean flag(HttpServerRequest request, String name, boolean absent) {
        String value = parameter(request, name);
        return value == null ? absent : switch (value) {
            case "", "true" -> true;
            case "false" -> false;
            default -> throw ErrorReply.badRequest(name + ": expected true or false");
        };
    }
}
