package dev.atrium.transport.websocket;

import dev.atrium.session.CloseReason;
import io.netty.buffer.ByteBuf;

/** Listener to one WebSocket connection. Called on the connection's event loop only. */
public interface SocketListener {

    void text(String text);

    /** A binary message was received; the buffer belongs to the caller. */
    void binary(ByteBuf bytes);

    /** Bytes were received, possibly only part of a frame. */
    void bytesReceived();

    /** Reading was paused or resumed: while it is paused, the client's silence is no sign of a dead connection. */
    void readingPaused(boolean readingPaused);

    /** The connection has failed: ends the session, if any, and closes the connection. */
    void fail(CloseReason reason);

    /** The client has closed the connection, or the connection was lost. */
    void closed(CloseReason reason);

    /** The channel is closed; comes after {@link #closed} or the server's own close. */
    void disconnected();

    /** The server is about to close the connection: the last time that the protocol may send. */
    default void closing(CloseReason reason) {
    }

    /** The client's token expires at this time, in milliseconds since 1970. */
    default void expiring(long expires) {
    }

    /**
     * A ping or a pong was received, which counts as a message.
     *
     * @return whether a ping or pong in a text frame is to be answered
     */
    default boolean pinged() {
        return true;
    }

    /** Returns whether text frames {@code ping} and {@code pong} are heartbeats in this protocol. */
    default boolean answersTextHeartbeats() {
        return true;
    }
}
