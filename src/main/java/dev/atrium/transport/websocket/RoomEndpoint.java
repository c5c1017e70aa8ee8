package dev.atrium.transport.websocket;

import dev.atrium.room.RoomId;
import io.quarkus.websockets.next.InboundProcessingMode;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import jakarta.inject.Singleton;

/** WebSocket endpoint of the plain socket: the connection is a member of the room in its path. */
@Singleton
@WebSocket(path = "/rooms/{room}", inboundProcessingMode = InboundProcessingMode.CONCURRENT)
public class RoomEndpoint extends SocketEndpoint<SocketHandshake> {

    @Override
    protected SocketProtocol protocol(SocketHandshake handshake, WebSocketConnection connection) {
        RoomId room = RoomId.of(handshake.query().namespace(), connection.pathParam("room"));
        return new PlainProtocol(handshake.services().gateway(), handshake.caller(), room, handshake.query().echo());
    }
}
