package dev.atrium.transport.engineio;

import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.transport.websocket.Handshake;
import dev.atrium.transport.websocket.SocketSettings;

/** The handshake of a WebSocket that carries a connection of Engine.IO. */
final class EngineHandshake extends Handshake {

    private final EngineSocket former;

    /** @param former the connection that it wants to take over from polling; null for a new one */
    EngineHandshake(Caller caller, ConnectionLimiter.Slot slot, SocketSettings settings, EngineSocket former) {
        super(caller, null, slot, settings);
        this.former = former;
    }

    EngineSocket former() {
        return former;
    }
}
