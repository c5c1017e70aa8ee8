package dev.atrium.transport.websocket;

import io.quarkus.websockets.next.InboundProcessingMode;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import jakarta.inject.Singleton;

/** WebSocket endpoint of the session protocol: many rooms on one connection, in the namespace of the query. */
@Singleton
@WebSocket(path = "/ws", inboundProcessingMode = InboundProcessingMode.CONCURRENT)
public class SessionEndpoint extends SocketEndpoint<SocketHandshake> {

    @Override
    protected SocketProtocol protocol(SocketHandshake handshake, WebSocketConnection connection) {
        return new SessionProtocol(handshake.services(), handshake.caller(), handshake.query().namespace());
    }
}
