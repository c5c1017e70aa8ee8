package dev.atrium.transport.admission;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.PathSegment;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;

/**
 * Parameters of a request's query. Strict, unlike the framework's decoder, which replaces what is no UTF-8: different names
 * would be the same. Any thread.
 */
public final class Query {

    private Query() {
    }

    /**
     * Returns the first value of a parameter; null if there is none, empty if it has no value.
     *
     * @throws ErrorReply 400, naming the parameter, for a value that is not percent-encoded UTF-8
     */
    public static String parameter(HttpServerRequest request, String name) {
        if (request.query() == null) {
            return null;
        }
        for (String pair : request.query().split("&")) {
            int is = pair.indexOf('=');
            if (isNamed(is < 0 ? pair : pair.substring(0, is), name)) {
                return is < 0 ? "" : PathSegment.decode(name, pair.substring(is + 1).replace('+', ' '));
            }
        }
        return null;
    }

    private static boolean isNamed(String encoded, String name) {
        return encoded.equals(name)
                || encoded.indexOf('%') >= 0 && name.equals(QueryStringDecoder.decodeComponent(encoded));
    }

    /**
     * Returns a parameter that is true or false: false if there is none, true if it has no value.
     *
     * @throws ErrorReply 400, naming the parameter
     */
    public static boolean flag(HttpServerRequest request, String name) {
        String value = parameter(request, name);
        return value != null && switch (value) {
            case "", "true" -> true;
            case "false" -> false;
            default -> throw ErrorReply.badRequest(name + ": expected true or false");
        };
    }
}
