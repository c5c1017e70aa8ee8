package dev.atrium.transport.websocket;

import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;

/** Handshake of a WebSocket for the plain, session or echo protocol. */
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

    SocketQuery query() {
        return query;
    }
}
