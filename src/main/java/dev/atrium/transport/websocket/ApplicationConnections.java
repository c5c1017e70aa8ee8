package dev.atrium.transport.websocket;

import dev.atrium.application.EndpointSessions;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.RoomService;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Identity;
import dev.atrium.security.LimitException;
import dev.atrium.security.Permissions;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.function.Function;

/** Sessions of the connections of WebSocket endpoints that the application has written itself. Any thread. */
@Singleton
final class ApplicationConnections implements EndpointSessions {

    private final Gateway gateway;
    private final Sessions sessions;
    private final ConnectionLimiter connections;
    private final RoomService service;

    ApplicationConnections(Gateway gateway, RoomService service, Sessions sessions, ConnectionLimiter connections) {
        this.gateway = gateway;
        this.service = service;
        this.sessions = sessions;
        this.connections = connections;
    }

    @Override
    public <T> Uni<T> open(WebSocketConnection connection, String user, Function<Session, Uni<T>> work) {
        ApplicationChannel channel = connection.userData().get(ApplicationChannel.KEY);
        if (channel == null) {
            return Uni.createFrom().failure(new ErrorReply(409, "connection: it is one of Atrium's own"));
        }
        return channel.inOrder(session -> session == null ? open(connection, channel, user).chain(work::apply)
                : work.apply(session));
    }

    @Override
    public <T> Uni<T> present(WebSocketConnection connection, Function<Session, Uni<T>> work) {
        ApplicationChannel channel = connection.userData().get(ApplicationChannel.KEY);
        return channel == null ? work.apply(null) : channel.inOrder(work);
    }

    @Override
    public <T> Uni<T> presentInParallel(WebSocketConnection connection, Function<Session, Uni<T>> work) {
        ApplicationChannel channel = connection.userData().get(ApplicationChannel.KEY);
        return channel == null ? work.apply(null) : channel.after(work);
    }

    /**
     * Opens the session of a connection. On the connection's event loop. A session that could not join its own room and its
     * namespace's room is closed: it would miss messages.
     */
    private Uni<Session> open(WebSocketConnection connection, ApplicationChannel channel, String user) {
        if (!channel.channel().isActive()) {
            return Uni.createFrom().failure(new ErrorReply(410, "connection: it has ended"));
        }
        Caller caller = new Caller(user == null ? Identity.ANONYMOUS
                : new Identity(Identity.Kind.TOKEN, user, Permissions.NONE, Identity.NEVER), channel.address());
        ConnectionLimiter.Slot slot = slot(caller);
        ApplicationConnection wire = new ApplicationConnection(connection, channel.channel(), gateway, sessions);
        Session session;
        try {
            session = wire.open(caller);
        } catch (RuntimeException e) {
            slot.release();
            wire.forget();
            throw e;
        }
        channel.opened(session);
        channel.channel().closeFuture().addListener(closed -> slot.release());
        return session.inTurn(() -> service.admit(session)).invoke(session::follow)
                .onFailure().invoke(failure -> session.close(CloseReason.TRY_LATER))
                .replaceWith(session);
    }

    private ConnectionLimiter.Slot slot(Caller caller) {
        try {
            return connections.admit(caller);
        } catch (LimitException e) {
            throw ErrorReply.of(e);
        }
    }
}
