package dev.atrium.transport.websocket;

import dev.atrium.session.CloseReason;
import io.netty.buffer.ByteBuf;

/**
 * Protocol that closes the connection at once: a browser sees a close code, but not the HTTP status of a rejected handshake.
 */
final class RefusingProtocol implements SocketProtocol {

    private final CloseReason reason;
    private final String detail;

    RefusingProtocol(CloseReason reason, String detail) {
        this.reason = reason;
        this.detail = detail;
    }

    @Override
    public void open(SocketConnection connection) {
        connection.close(reason, detail);
    }

    @Override
    public void text(String text) {
        // The connection is closing.
    }

    @Override
    public void binary(ByteBuf bytes) {
        // The connection is closing.
    }

    @Override
    public void heard() {
        // There is no session whose liveness this could prove.
    }

    @Override
    public void readingPaused(boolean readingPaused) {
        // There is no session whose heartbeat would have to be paused.
    }

    @Override
    public void fail(CloseReason failure) {
        // The frame guard closes the connection.
    }

    @Override
    public void closed(CloseReason closed) {
        // This protocol has closed the connection itself.
    }

    @Override
    public void disconnected() {
        // No session was opened.
    }
}
