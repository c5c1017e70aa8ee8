package dev.atrium.warmup;

import dev.atrium.security.SecurityConfig;
import dev.atrium.session.SessionConfig;
import dev.atrium.transport.websocket.WebSocketConfig;
import jakarta.inject.Singleton;

/** Settings that the warm-up uses: its own, and those of the server that it drives. */
@Singleton
record WarmUpSettings(WarmUpConfig warmUp, SessionConfig sessions, WebSocketConfig webSockets, SecurityConfig security) {
}
