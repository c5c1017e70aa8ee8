package dev.atrium.transport.engineio;

import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.transport.websocket.Handshake;
import dev.atrium.transport.websocket.SocketSettings;

/** Handshake of a WebSocket that carries an Engine.IO connection. */
final class EngineHandshake extends Handshake {

    private final EngineSocket former;

    /** @param former the polling connection that the WebSocket is to upgrade; null for a new one */
    EngineHandshake(Caller caller, ConnectionLimiter.Slot slot, SocketSettings settings, EngineSocket former) {
        super(caller, null, slot, settings);
        this.former = former;
    }

    EngineSocket former() {
        return former;
    }
}
