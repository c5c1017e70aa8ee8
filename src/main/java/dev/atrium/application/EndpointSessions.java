package dev.atrium.application;

import dev.atrium.session.Session;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;

/** Makes sessions of the connections of WebSocket endpoints that the application has written itself. Any thread. */
public interface EndpointSessions {

    /**
     * The session of a connection: a new one at the first call.
     *
     * @param user as others see it; null for none. Looked at by the first call only
     * @return on the session's event loop; or a {@link dev.atrium.gateway.Refusal}: 410 for a connection that has ended, 429 or 503
     *     if there may be no more of them
     */
    Uni<Session> open(WebSocketConnection connection, String user);

    /** The session of a connection, or null if it is in no room. */
    Session find(WebSocketConnection connection);
}
