package dev.atrium.transport.websocket;

import dev.atrium.session.CloseReason;
import io.netty.buffer.ByteBuf;

/** Closes a connection at once: a browser is not told the status of a handshake that was refused, but a close code. */
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
        // It is closed.
    }

    @Override
    public void binary(ByteBuf bytes) {
        // It is closed.
    }

    @Override
    public void heard() {
        // There is no session that this would be a sign of.
    }

    @Override
    public void deaf(boolean deaf) {
        // Nor one whose silence could be held against it.
    }

    @Override
    public void fail(CloseReason failure) {
        // Netty closes it in the end.
    }

    @Override
    public void closed(CloseReason closed) {
        // That was the intention.
    }

    @Override
    public void disconnected() {
        // Nobody was connected.
    }
}
