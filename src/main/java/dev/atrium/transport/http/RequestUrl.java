package dev.atrium.transport.http;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.PathSegment;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import dev.atrium.transport.admission.Query;
import io.vertx.ext.web.RoutingContext;

/**
 * Names in the URL of a request. Jakarta REST would read others: its path parameters end at a semicolon, and it takes an empty
 * parameter of the query for none, so that a request for one user or namespace would be executed for another one, or for all.
 * Paths are normalized, as the router has matched them. An invalid name is a 400 that names the field.
 */
final class RequestUrl {

    private RequestUrl() {
    }

    /** Returns the namespace of the query; {@code absent} if it names none. */
    static String namespace(RoutingContext context, String absent) {
        String namespace = Query.parameter(context.request(), "ns");
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

    /** Returns the room that a path names at its end. */
    static RoomId room(RoutingContext context, String path) {
        return PathSegment.room(Query.parameter(context.request(), "ns", RoomId.DEFAULT_NAMESPACE), path);
    }
}
