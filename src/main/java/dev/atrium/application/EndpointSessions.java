package dev.atrium.application;

import dev.atrium.session.Session;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import java.util.function.Function;

/**
 * Sessions of the connections of WebSocket endpoints that the application defines itself. Operations on one connection take
 * effect in the order of the calls. Any thread; the work is called on the session's event loop.
 */
public interface EndpointSessions {

    /**
     * Calls the work with the session of a connection. The first call creates the session.
     *
     * @param user shown to other clients; null for none. Only used by the first call
     * @return the result of the work; or a {@link dev.atrium.gateway.ErrorReply}: 410 for a connection that has ended, 429 or
     *         503 if the number of sessions has reached a limit
     */
    <T> Uni<T> open(WebSocketConnection connection, String user, Function<Session, Uni<T>> work);

    /** Calls the work with the session of a connection, or with null if it has joined no room. */
    <T> Uni<T> present(WebSocketConnection connection, Function<Session, Uni<T>> work);

    /** Like {@link #present}, but later operations do not wait for the work. */
    <T> Uni<T> presentInParallel(WebSocketConnection connection, Function<Session, Uni<T>> work);
}
