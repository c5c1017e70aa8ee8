package dev.atrium.transport.http;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.PathSegment;
import dev.atrium.gateway.RoomUrl;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names in the URL of a request. Jakarta REST would read others: its path parameters end at a semicolon, and it takes an empty
 * parameter of the query for none, so that a request for one user or namespace would be executed for another one, or for all.
 * Paths are normalized, as the router has matched them.
 */
final class RequestUrl {

    /** U+FFFD that the client has sent itself. */
    private static final Pattern REPLACEMENT = Pattern.compile("%EF%BF%BD|\uFFFD", Pattern.CASE_INSENSITIVE);

    private RequestUrl() {
    }

    /**
     * Returns a parameter of the query; null if there is none.
     *
     * @throws ErrorReply 400, naming the parameter, for bytes that are no UTF-8: the framework replaces them by U+FFFD, and
     *         different names would be the same
     */
    static String parameter(RoutingContext context, String name) {
        String value = context.queryParams().get(name);
        if (value != null && value.indexOf('\uFFFD') >= 0 && !REPLACEMENT.matcher(context.request().query()).find()) {
            throw ErrorReply.badRequest(name + ": expected percent-encoded UTF-8");
        }
        return value;
    }

    /** Returns whether a parameter of the query is set: without a value, or to true. */
    static boolean flag(RoutingContext context, String name) {
        String value = parameter(context, name);
        if (value != null && !Set.of("", "true", "false").contains(value)) {
            throw ErrorReply.badRequest(name + ": expected true or false");
        }
        return value != null && !value.equals("false");
    }

    /**
     * Returns the namespace of the query.
     *
     * @param absent namespace of a request that names none; or null
     * @throws ErrorReply 400, naming the field
     */
    static String namespace(RoutingContext context, String absent) {
        String namespace = parameter(context, "ns");
        if (namespace == null) {
            return absent;
        }
        try {
            return RoomId.everyone(namespace).namespace();
        } catch (InvalidNameException e) {
            throw ErrorReply.badRequest(e.getMessage());
        }
    }

    /** Returns the room that the path names at its end. */
    static RoomId room(RoutingContext context) {
        return room(context, context.normalizedPath());
    }

    /** Returns the room of a path of one of its subresources, such as {@code /rooms/lobby/messages}. */
    static RoomId parentRoom(RoutingContext context) {
        return room(context, PathSegment.parent(context.normalizedPath()));
    }

    /**
     * Parses a room.
     *
     * @param path that names the room at its end
     * @throws ErrorReply 400, naming the field
     */
    static RoomId room(RoutingContext context, String path) {
        String namespace = parameter(context, "ns");
        return RoomUrl.room(namespace == null ? RoomId.DEFAULT_NAMESPACE : namespace, path);
    }
}
