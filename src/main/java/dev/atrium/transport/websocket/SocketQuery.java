package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.RoomId;
import io.vertx.core.http.HttpServerRequest;

/**
 * Query parameters of a WebSocket's URL.
 *
 * @param namespace namespace of the client's rooms
 * @param echo whether the plain socket receives its own messages
 */
record SocketQuery(String namespace, boolean echo) {

    /** @throws ErrorReply 400, naming the parameter and what is expected */
    static SocketQuery of(HttpServerRequest request) {
        String namespace = parameter(request, "ns");
        return new SocketQuery(namespace == null ? RoomId.DEFAULT_NAMESPACE : namespace, echo(request));
    }

    private static boolean echo(HttpServerRequest request) {
        String echo = parameter(request, "echo");
        if (echo == null || echo.equals("true")) {
            return true;
        }
        if (echo.equals("false")) {
            return false;
        }
        throw ErrorReply.badRequest("echo: expected true or false");
    }

    private static String parameter(HttpServerRequest request, String name) {
        try {
            return request.getParam(name);
        } catch (IllegalArgumentException e) {
            throw ErrorReply.badRequest("query: expected percent-encoded UTF-8");
        }
    }
}
