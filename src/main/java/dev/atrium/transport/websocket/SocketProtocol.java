package dev.atrium.transport.websocket;

import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import io.netty.buffer.ByteBuf;

/** What is spoken on one WebSocket connection, above frames. Called on the connection's event loop only. */
interface SocketProtocol {

    /** The connection is open: makes the session that answers for its liveness. Nothing can be sent yet. */
    Session connect(FrameHandler connection);

    /** The session exists; from now on anything may be sent. */
    default void begin() {
    }

    /** A text message. */
    void text(String text);

    /** A binary message; the buffer is the caller's. */
    void binary(ByteBuf bytes);

    /** The server is about to close the connection: the last chance to say something. */
    default void closing(CloseReason reason) {
    }

    /** Whether text frames {@code ping} and {@code pong} are heartbeats here. */
    default boolean answersTextHeartbeats() {
        return true;
    }
}
