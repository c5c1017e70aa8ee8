package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.security.Caller;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;

/** Base of the protocols in which a connection is one session. */
abstract class SingleSessionProtocol implements SocketProtocol {

    final Gateway gateway;
    SocketConnection connection;
    /** Null if no session could be opened. */
    Session session;

    final Caller caller;

    SingleSessionProtocol(Gateway gateway, Caller caller) {
        this.gateway = gateway;
        this.caller = caller;
    }

    /**
     * Opens the session; nothing can be sent yet.
     *
     * @throws ErrorReply if the session is rejected
     */
    abstract Session connect();

    /** Called when the session is open; from now on the protocol may send. */
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

    /** Closes the session with the close code of a failure, where the protocol has no error reply. */
    final void end(Throwable failure) {
        ErrorReply error = ErrorReply.of(failure);
        session.close(error.closeReason(), error.getMessage());
    }

    @Override
    public final void bytesReceived() {
        if (session != null) {
            session.received();
        }
    }

    @Override
    public final void readingPaused(boolean readingPaused) {
        if (session != null) {
            session.readingPaused(readingPaused);
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

    /** Called when the connection is closed, to cancel what is left. */
    void ended() {
    }

    @Override
    public final boolean pinged() {
        return session != null && gateway.chargePing(session);
    }
}
