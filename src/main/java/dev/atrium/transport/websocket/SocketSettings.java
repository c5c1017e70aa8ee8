package dev.atrium.transport.websocket;

import dev.atrium.session.Sessions;

/**
 * Settings that the WebSockets of one endpoint share.
 *
 * @param subprotocols that are confirmed
 * @param deflate negotiates permessage-deflate; null for no compression
 */
public record SocketSettings(Sessions sessions, SizeLimits limits, Subprotocols subprotocols, PerMessageDeflate deflate) {

    public static SocketSettings of(Sessions sessions, SizeLimits limits, Subprotocols subprotocols, boolean compression) {
        return new SocketSettings(sessions, limits, subprotocols,
                compression ? new PerMessageDeflate(limits.message()) : null);
    }
}
