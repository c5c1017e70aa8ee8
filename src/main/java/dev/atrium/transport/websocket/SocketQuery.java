package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.RoomId;
import dev.atrium.transport.admission.Query;
import io.vertx.core.http.HttpServerRequest;

/** Query parameters of a WebSocket's URL; {@code echo} is whether the plain socket receives its own messages. */
record SocketQuery(String namespace, boolean echo) {

    /** @throws ErrorReply 400, naming the parameter and what is expected */
    static SocketQuery of(HttpServerRequest request) {
        return new SocketQuery(Query.parameter(request, "ns", RoomId.DEFAULT_NAMESPACE), Query.flag(request, "echo", true));
    }
}
