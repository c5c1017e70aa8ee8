package dev.atrium.transport.socketio;

import dev.atrium.application.Clients;
import dev.atrium.application.HandlerRegistry;
import dev.atrium.application.RefusedException;
import dev.atrium.application.Values;
import dev.atrium.gateway.Authentication;
import dev.atrium.gateway.Command;
import dev.atrium.gateway.Cost;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.ThrottledLog;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;
import dev.atrium.setting.Glob;
import dev.atrium.setting.Require;
import dev.atrium.transport.engineio.EngineSocket;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Connects Socket.IO clients to their namespaces. */
@Singleton
final class Namespaces {

    /** Maximum number of namespaces per connection. */
    private static final int MAX_NAMESPACES = 100;

    private static final ThrottledLog LOG = ThrottledLog.ofSeveral(Logger.getLogger(Namespaces.class));

    private final Gateway gateway;
    private final Authentication authentication;
    private final Clients clients;
    private final HandlerRegistry endpoints;
    private final SocketIoConfig config;
    private final List<Pattern> open;

    /** @throws ConfigurationException naming the invalid setting */
    Namespaces(Gateway gateway, Authentication authentication, Clients clients, HandlerRegistry endpoints,
            SocketIoConfig config) {
        this.clients = clients;
        this.endpoints = endpoints;
        this.gateway = gateway;
        this.authentication = authentication;
        this.config = config;
        this.open = config.namespaces().stream().map(glob -> Glob.ofNamespaces("atrium.socketio.namespaces", glob)).toList();
        Require.between("atrium.socketio.connect-timeout", config.connectTimeout(), Duration.ofMillis(50), Duration.ofHours(1));
        Require.between("atrium.socketio.max-attachments", config.maxAttachments(), 0, 999);
    }

    /** Reports that a session's connection was upgraded to another transport. */
    void upgraded(Session session, String transport) {
        gateway.upgraded(session, transport);
    }

    /** Reports that a client has exceeded the rate of packets that no session is charged for. */
    void flooded(Caller caller) {
        gateway.flooded(caller, Transport.SOCKETIO);
    }

    /**
     * Opens a session for a client that connects to a namespace, and sends the CONNECT or CONNECT_ERROR packet.
     *
     * @param auth auth payload of the client: a JSON object, or empty
     * @param joined the client's namespaces; a new one is added
     * @param admitted called when the client is connected
     */
    void connect(EngineSocket socket, String namespace, String auth, Map<String, NamespaceSocket> joined, Runnable admitted) {
        if (!isOpen(namespace)) {
            refuse(socket, namespace, "Invalid namespace", null);
            return;
        }
        if (joined.size() == MAX_NAMESPACES) {
            refuse(socket, namespace, "too many namespaces", null);
            return;
        }
        Auth parsed = Auth.parse(auth);
        if (parsed.token() == null || !authentication.verifies()) {
            connect(new ConnectRequest(socket, socket.caller(), namespace, parsed, joined, admitted));
            return;
        }
        socket.await(
                authentication.identity(socket.caller(), Transport.SOCKETIO, parsed.token())
                        .emitOn(socket.eventLoop()::execute),
                identity -> connect(
                        new ConnectRequest(socket, socket.caller().as(identity), namespace, parsed, joined, admitted)),
                failure -> refuse(socket, namespace, failure));
    }

    private void connect(ConnectRequest request) {
        if (!request.socket.isOpen()) {
            return;
        }
        if (config.connectionStateRecovery() && request.auth.pid() != null && request.auth.last() != null) {
            recover(request);
        } else {
            begin(request, gateway::admit);
        }
    }

    /** Whether the application has handlers for any namespace. */
    boolean haveHandlers() {
        return !endpoints.isEmpty();
    }

    private boolean isOpen(String namespace) {
        try {
            RoomId.everyone(namespace);
        } catch (InvalidNameException e) {
            return false;
        }
        return open.stream().anyMatch(pattern -> pattern.matcher(namespace).matches());
    }

    private record ConnectRequest(EngineSocket socket, Caller caller, String namespace, Auth auth,
            Map<String, NamespaceSocket> joined, Runnable admitted) {
    }

    /** Recovers an earlier session; if that fails, opens a new one. */
    private void recover(ConnectRequest request) {
        NamespaceSocket attempt = open(request);
        if (attempt == null) {
            return;
        }
        Session session = attempt.session();
        AtomicReference<String> own = new AtomicReference<>();
        request.socket.await(session.inTurn(() -> gateway.admit(session))
                .chain(() -> gateway.keep(session).onItemOrFailure().invoke((done, failure) -> own.set(session.resumeToken())))
                .chain(() -> gateway.execute(session, Cost.NONE, new Command.Recover(request.auth.pid(), request.auth.last()))),
                recovered -> {
                    request.admitted.run();
                    attempt.recovered(request.auth.pid(), request.auth.last(), recovered);
                },
                failure -> {
                    if (ErrorReply.of(failure).code() == 503) {
                        // What it could not be given now it may be given the next time. A session of its own, of which the client was
                        // not told, would take the place of one that may be resumed.
                        boolean isOwn = Objects.equals(own.get(), session.resumeToken());
                        attempt.end(isOwn ? CloseReason.FORBIDDEN : CloseReason.TRY_LATER);
                        request.socket.close();
                        return;
                    }
                    // A client whose first session was in the namespace already is not charged for opening it twice.
                    boolean isIn = session.membership(RoomId.everyone(request.namespace)) != null;
                    attempt.end(CloseReason.FORBIDDEN);
                    if (request.socket.isOpen()) {
                        begin(request, isIn ? gateway::readmit : gateway::admit);
                    }
                });
    }

    private void begin(ConnectRequest request, Function<Session, Uni<Void>> admission) {
        NamespaceSocket opened = open(request);
        if (opened == null) {
            return;
        }
        Session session = opened.session();
        Uni<Void> admitted = session.inTurn(() -> admission.apply(session))
                .chain(() -> opened.callOnConnect(request.auth.json(), config.connectTimeout()));
        request.socket.await(
                config.connectionStateRecovery() ? admitted.chain(() -> gateway.keep(session)) : admitted,
                done -> {
                    request.admitted.run();
                    opened.connected(session.resumeToken());
                },
                failure -> {
                    opened.end(
                            failure instanceof RefusedException ? CloseReason.FORBIDDEN : ErrorReply.of(failure).closeReason());
                    // Also for a client that had gone before its session could be stored.
                    opened.callOnDisconnect(CloseReason.CONNECTION_LOST);
                    refuse(request.socket, request.namespace, failure);
                });
    }

    /** Opens the session; null if it is rejected, of which the client was sent an error or the close. */
    private NamespaceSocket open(ConnectRequest request) {
        NamespaceSocket opened = new NamespaceSocket(gateway, request.socket, request.namespace, request.joined,
                endpoints.of(request.namespace), config.relay());
        try {
            opened.open(request.caller, SocketIoFormat.of(request.auth.wantsMeta(), config.connectionStateRecovery()),
                    socket -> new SocketIoHandle(clients, socket));
            return opened;
        } catch (ErrorReply refusal) {
            refuse(request.socket, request.namespace, refusal);
            return null;
        }
    }

    private static void refuse(EngineSocket socket, String namespace, Throwable failure) {
        if (failure instanceof RefusedException refused) {
            refuse(socket, namespace, refused.getMessage(), refused.data());
            return;
        }
        ErrorReply error = ErrorReply.of(failure);
        if (error.isRepeatable()) {
            // Clients reconnect by themselves after a lost connection, but not after a CONNECT_ERROR.
            socket.close();
        } else {
            refuse(socket, namespace, error.getMessage(), Map.of("code", error.code()));
        }
    }

    private static void refuse(EngineSocket socket, String namespace, String message, Object data) {
        String error = "{\"message\":" + SocketIoFormat.quoted(String.valueOf(message))
                + (data == null ? "" : ",\"data\":" + json(data)) + "}";
        socket.send(SocketIoFormat.frames(Packet.Type.CONNECT_ERROR, namespace, null, error, List.of()));
    }

    private static String json(Object data) {
        try {
            return Values.json(data);
        } catch (IllegalArgumentException e) {
            LOG.error("The data of a RefusedException cannot be written as JSON; the client is sent null", e);
            return "null";
        }
    }
}
