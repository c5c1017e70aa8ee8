package dev.atrium.transport.websocket;

import dev.atrium.session.Sessions;

/**
 * Settings that the WebSockets of one endpoint share.
 *
 * @param sessions the sessions of this replica
 * @param maxMessageSize bytes; a larger message closes the connection
 * @param subprotocols that are confirmed
 * @param deflate negotiates permessage-deflate; null for no compression
 */
public record SocketSettings(Sessions sessions, int maxMessageSize, Subprotocols subprotocols, PerMessageDeflate deflate) {

    /** @param compression whether permessage-deflate is negotiated */
    public static SocketSettings of(Sessions sessions, int maxMessageSize, Subprotocols subprotocols, boolean compression) {
        return new SocketSettings(sessions, maxMessageSize, subprotocols,
                compression ? new PerMessageDeflate(maxMessageSize) : null);
    }
}
