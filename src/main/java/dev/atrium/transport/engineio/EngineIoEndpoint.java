package dev.atrium.transport.engineio;

import dev.atrium.transport.websocket.SocketEndpoint;
import dev.atrium.transport.websocket.SocketProtocol;
import io.quarkus.websockets.next.InboundProcessingMode;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import jakarta.inject.Singleton;

/** WebSocket endpoint of Engine.IO: carries a connection from its handshake, or upgrades it from polling. */
@Singleton
@WebSocket(path = "/socket.io/*", inboundProcessingMode = InboundProcessingMode.CONCURRENT)
public class EngineIoEndpoint extends SocketEndpoint<EngineHandshake> {

    private final EngineSockets sockets;

    EngineIoEndpoint(EngineSockets sockets) {
        this.sockets = sockets;
    }

    @Override
    protected SocketProtocol protocol(EngineHandshake handshake, WebSocketConnection connection) {
        return new WebSocketTransport(sockets, handshake.caller(), handshake.former());
    }
}
