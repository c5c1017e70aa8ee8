package dev.atrium.transport.websocket;

import dev.atrium.session.Sessions;

/**
 * What the WebSockets of one endpoint have in common.
 *
 * @param sessions that they belong to
 * @param maxMessageSize bytes; a larger message ends the connection
 * @param deflate negotiates permessage-deflate; null for no compression
 */
public record SocketSettings(Sessions sessions, int maxMessageSize, PerMessageDeflate deflate) {

    /** @param compression whether permessage-deflate is agreed to */
    public static SocketSettings of(Sessions sessions, int maxMessageSize, boolean compression) {
        return new SocketSettings(sessions, maxMessageSize, compression ? new PerMessageDeflate(maxMessageSize) : null);
    }
}
