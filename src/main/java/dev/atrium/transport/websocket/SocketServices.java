package dev.atrium.transport.websocket;

import dev.atrium.application.HandlerRegistry;
import dev.atrium.file.Transfers;
import dev.atrium.gateway.Gateway;
import dev.atrium.security.ClientLimits;
import dev.atrium.session.Sessions;
import jakarta.inject.Singleton;

/**
 * Services that the WebSocket protocols use.
 *
 * @param endpoints the application's handlers of calls
 */
@Singleton
public record SocketServices(Gateway gateway, ClientLimits limits, HandlerRegistry endpoints, Transfers transfers,
        Sessions sessions, WebSocketConfig config) {
}
