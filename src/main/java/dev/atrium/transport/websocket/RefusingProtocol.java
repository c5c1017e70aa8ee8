package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Caller;
import dev.atrium.session.Session;
import io.netty.buffer.ByteBuf;

/** Protocol that closes the connection at once: a browser sees a close code, but not the status of a rejected handshake. */
final class RefusingProtocol extends SingleSessionProtocol {

    private final AuthenticationException failure;

    RefusingProtocol(Caller caller, AuthenticationException failure) {
        super(null, caller);
        this.failure = failure;
    }

    @Override
    Session connect() {
        throw new ErrorReply(401, failure.getMessage());
    }

    @Override
    public void text(String text) {
        // The connection is closing.
    }

    @Override
    public void binary(ByteBuf bytes) {
        // The connection is closing.
    }
}
