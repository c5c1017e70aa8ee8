package dev.atrium.transport.websocket;

import dev.atrium.gateway.Gateway;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;

/** A protocol in which the connection is one session, which answers for its liveness. */
abstract class SessionBound implements SocketProtocol {

    final Gateway gateway;
    FrameHandler connection;
    Session session;

    SessionBound(Gateway gateway) {
        this.gateway = gateway;
    }

    /** Makes the session; nothing can be sent yet. */
    abstract Session connect();

    /** The session exists; from now on anything may be sent. */
    void begin() {
    }

    @Override
    public final void open(FrameHandler opened) {
        connection = opened;
        session = connect();
        begin();
    }

    @Override
    public final void heard() {
        session.heard();
    }

    @Override
    public final void deaf(boolean deaf) {
        session.deaf(deaf);
    }

    @Override
    public final void fail(CloseReason reason) {
        session.close(reason);
    }

    @Override
    public final void closed(CloseReason reason) {
        session.closed(reason);
    }

    @Override
    public final void disconnected() {
        gateway.disconnected();
    }
}
