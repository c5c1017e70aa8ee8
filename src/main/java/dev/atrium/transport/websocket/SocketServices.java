package dev.atrium.transport.websocket;

import dev.atrium.application.Endpoints;
import dev.atrium.file.Transfers;
import dev.atrium.gateway.Authentication;
import dev.atrium.gateway.Gateway;
import dev.atrium.session.Sessions;
import jakarta.inject.Singleton;

/**
 * What the protocols on WebSockets work with.
 *
 * @param endpoints the application's handlers of calls
 * @param sessions those that the gateway works with
 */
@Singleton
public record SocketServices(Gateway gateway, Authentication authentication, Endpoints endpoints, Transfers transfers,
        Sessions sessions, WebSocketConfig config) {
}
