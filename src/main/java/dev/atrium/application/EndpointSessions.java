package dev.atrium.application;

import dev.atrium.session.Session;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import java.util.function.Function;

/**
 * Sessions of the connections of WebSocket endpoints that the application has written itself. What is done with one connection is
 * done in the order of the calls. Any thread; the work is called on the session's event loop.
 */
public interface EndpointSessions {

    /**
     * Does something with the session of a connection: with a new one, at the first call.
     *
     * @param user as others see it; null for none. Looked at by the first call only
     * @return what the work has made; or a {@link dev.atrium.gateway.ErrorReply}: 410 for a connection that has ended, 429 or 503 if
     *     there may be no more of them
     */
    <T> Uni<T> open(WebSocketConnection connection, String user, Function<Session, Uni<T>> work);

    /** Does something with the session of a connection, or with null if it has joined no room. */
    <T> Uni<T> present(WebSocketConnection connection, Function<Session, Uni<T>> work);

    /** As {@link #present}, but what comes next does not wait for it. */
    <T> Uni<T> presentInParallel(WebSocketConnection connection, Function<Session, Uni<T>> work);
}
