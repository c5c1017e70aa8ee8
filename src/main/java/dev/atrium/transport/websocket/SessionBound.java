package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.security.Caller;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;

/** A protocol in which the connection is one session, which answers for its liveness. */
abstract class SessionBound implements SocketProtocol {

    final Gateway gateway;
    SocketConnection connection;
    /** Null if there could be none. */
    Session session;

    final Caller caller;

    SessionBound(Gateway gateway, Caller caller) {
        this.gateway = gateway;
        this.caller = caller;
    }

    /**
     * Makes the session; nothing can be sent yet.
     *
     * @throws ErrorReply if there cannot be one
     */
    abstract Session connect();

    /** The session exists; from now on anything may be sent. */
    void begin() {
    }

    @Override
    public final void open(SocketConnection opened) {
        connection = opened;
        try {
            session = connect();
        } catch (ErrorReply error) {
            opened.close(error.closeReason(), error.getMessage());
            return;
        }
        begin();
    }

    /** Ends it for a refusal that there is no other way to tell of. */
    final void end(ErrorReply error) {
        session.close(error.closeReason(), error.getMessage());
    }

    @Override
    public final void heard() {
        if (session != null) {
            session.heard();
        }
    }

    @Override
    public final void deaf(boolean deaf) {
        if (session != null) {
            session.deaf(deaf);
        }
    }

    @Override
    public final void fail(CloseReason reason) {
        if (session != null) {
            session.close(reason);
        }
    }

    @Override
    public final void closed(CloseReason reason) {
        if (session != null) {
            session.closed(reason);
        }
    }

    @Override
    public final void disconnected() {
        if (session != null) {
            gateway.disconnected();
            ended();
        }
    }

    /** Nothing is left of the connection. */
    void ended() {
    }

    @Override
    public final boolean pinged() {
        return session != null && gateway.chargePing(session);
    }
}
