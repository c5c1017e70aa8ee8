package dev.atrium.transport.websocket;

/** Protocol of one WebSocket connection, above frames. Called on the connection's event loop only. */
public interface SocketProtocol extends SocketListener {

    /** The connection is open: from now on the protocol may send. */
    void open(SocketConnection connection);
}
