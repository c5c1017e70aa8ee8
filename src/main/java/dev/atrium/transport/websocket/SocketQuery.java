package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.RoomId;
import dev.atrium.session.Transport;
import dev.atrium.transport.admission.Query;
import io.vertx.core.http.HttpServerRequest;

/** Query parameters of a WebSocket's URL; {@code echo} is whether the plain socket receives its own messages. */
record SocketQuery(String namespace, boolean echo) {

    /**
     * Reads the parameters that the path of a transport has; any other is ignored.
     *
     * @throws ErrorReply 400, naming the parameter and what is expected
     */
    static SocketQuery of(HttpServerRequest request, Transport transport) {
        String namespace = transport == Transport.ECHO ? RoomId.DEFAULT_NAMESPACE
                : Query.parameter(request, "ns", RoomId.DEFAULT_NAMESPACE);
        return new SocketQuery(namespace, transport != Transport.PLAIN || Query.flag(request, "echo", true));
    }
}
