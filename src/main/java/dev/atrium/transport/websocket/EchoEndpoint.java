package dev.atrium.transport.websocket;

import io.quarkus.websockets.next.InboundProcessingMode;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import jakarta.inject.Singleton;

/** WebSocket endpoint that echoes each message, for latency measurements and conformance suites. */
@Singleton
@WebSocket(path = "/echo", inboundProcessingMode = InboundProcessingMode.CONCURRENT)
public class EchoEndpoint extends SocketEndpoint<SocketHandshake> {

    @Override
    protected SocketProtocol protocol(SocketHandshake handshake, WebSocketConnection connection) {
        return new EchoProtocol(handshake.services().gateway(), handshake.caller());
    }
}
