package dev.atrium.transport.websocket;

import dev.atrium.session.CloseReason;
import io.netty.buffer.ByteBuf;

/** What is spoken on one WebSocket connection, above frames. Called on the connection's event loop only. */
public interface SocketProtocol {

    /** The connection is open: from now on anything may be sent. */
    void open(SocketConnection connection);

    /** A text message. */
    void text(String text);

    /** A binary message; the buffer is the caller's. */
    void binary(ByteBuf bytes);

    /** Something has come from the client, were it part of a frame. */
    void heard();

    /** While the client is not read its silence is not held against it. */
    void deaf(boolean deaf);

    /** The connection cannot go on: ends what it stands for, and then closes it. */
    void fail(CloseReason reason);

    /** The client has gone by itself. */
    void closed(CloseReason reason);

    /** The connection is no more, some time after it was closed. */
    void disconnected();

    /** The server is about to close the connection: the last chance to say something. */
    default void closing(CloseReason reason) {
    }

    /** The client's token expires then, in milliseconds since 1970. */
    default void expiring(long expires) {
    }

    /** A ping has come, or a pong, which count as messages; whether one of text is to be answered. */
    default boolean pinged() {
        return true;
    }

    /** Whether text frames {@code ping} and {@code pong} are heartbeats here. */
    default boolean answersTextHeartbeats() {
        return true;
    }
}
