package dev.atrium.transport.websocket;

import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;

/** The handshake of a WebSocket that speaks one of Atrium's own protocols. */
final class SocketHandshake extends Handshake {

    private final SocketServices services;
    private final SocketQuery query;

    SocketHandshake(Caller caller, AuthenticationException failure, ConnectionLimiter.Slot slot, SocketSettings settings,
            SocketServices services, SocketQuery query) {
        super(caller, failure, slot, settings);
        this.services = services;
        this.query = query;
    }

    SocketServices services() {
        return services;
    }

    /** In which the client's rooms are. */
    String namespace() {
        return query.namespace();
    }

    /** Whether the plain socket receives its own messages. */
    boolean echo() {
        return query.echo();
    }
}
