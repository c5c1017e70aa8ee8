package dev.atrium.transport.websocket;

import dev.atrium.application.EndpointSessions;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.Refusal;
import dev.atrium.gateway.RoomService;
import dev.atrium.security.Caller;
import dev.atrium.security.Connections;
import dev.atrium.security.Identity;
import dev.atrium.security.LimitException;
import dev.atrium.security.Permissions;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** Sessions of the connections of endpoints that the application has written itself. Any thread. */
@Singleton
final class ApplicationConnections implements EndpointSessions {

    private final Gateway gateway;
    private final Sessions sessions;
    private final Connections connections;
    private final RoomService service;

    ApplicationConnections(Gateway gateway, RoomService service, Sessions sessions, Connections connections) {
        this.gateway = gateway;
        this.service = service;
        this.sessions = sessions;
        this.connections = connections;
    }

    @Override
    public Uni<Session> open(WebSocketConnection connection, String user) {
        ApplicationHandshake handshake = connection.userData().get(ApplicationHandshake.KEY);
        if (handshake == null) {
            return Uni.createFrom().failure(new Refusal(409, "connection: it is one of Atrium's own"));
        }
        return Uni.createFrom().deferred(() -> openHere(connection, handshake, user))
                .runSubscriptionOn(handshake.channel().eventLoop());
    }

    private Uni<Session> openHere(WebSocketConnection connection, ApplicationHandshake handshake, String user) {
        Session present = find(connection);
        if (!handshake.channel().isActive() || present != null && !present.isOpen()) {
            throw new Refusal(410, "connection: it has ended");
        }
        if (present != null) {
            return Uni.createFrom().item(present);
        }
        Caller caller = new Caller(user == null ? Identity.ANONYMOUS
                : new Identity(Identity.Kind.TOKEN, user, Permissions.NONE, Identity.NEVER), handshake.address());
        Connections.Slot slot = slot(caller);
        handshake.channel().closeFuture().addListener(closed -> slot.release());
        ApplicationConnection wire = new ApplicationConnection(connection, handshake.channel(), gateway, sessions);
        Session session = wire.open(caller);
        connection.userData().put(ApplicationConnection.KEY, wire);
        return service.admit(session).invoke(session::follow).replaceWith(session);
    }

    private Connections.Slot slot(Caller caller) {
        try {
            return connections.admit(caller);
        } catch (LimitException e) {
            throw Refusal.of(e);
        }
    }

    @Override
    public Session find(WebSocketConnection connection) {
        ApplicationConnection wire = connection.userData().get(ApplicationConnection.KEY);
        return wire == null ? null : wire.session();
    }
}
