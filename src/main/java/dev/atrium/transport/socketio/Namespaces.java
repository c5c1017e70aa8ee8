package dev.atrium.transport.socketio;

import dev.atrium.application.Endpoints;
import dev.atrium.application.RefusedException;
import dev.atrium.application.Values;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.Refusal;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import dev.atrium.session.CloseReason;
import dev.atrium.transport.engineio.EngineSocket;
import dev.atrium.transport.engineio.EngineSockets;
import io.quarkus.runtime.configuration.ConfigurationException;
import dev.atrium.setting.Require;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Lets clients of Socket.IO into their namespaces. */
@Singleton
final class Namespaces implements EngineSockets.Application {

    private final Gateway gateway;
    private final Endpoints endpoints;
    private final SocketIoConfig config;

    /** @throws ConfigurationException naming the setting that makes no sense */
    Namespaces(Gateway gateway, Endpoints endpoints, SocketIoConfig config) {
        this.endpoints = endpoints;
        this.gateway = gateway;
        this.config = config;
        Require.between("atrium.socketio.connect-timeout", config.connectTimeout(), Duration.ofMillis(50), Duration.ofHours(1));
        Require.between("atrium.socketio.max-attachments", config.maxAttachments(), 0, 999);
    }

    @Override
    public EngineSocket.Listener connected(EngineSocket socket) {
        return new SocketIoConnection(this, config, socket);
    }

    /**
     * Makes a session for a client that asks to be let into a namespace, and tells it.
     *
     * @param auth what it says of itself: a JSON object, or empty
     * @param joined where it is already; those that are let in are added
     */
    void connect(EngineSocket socket, String namespace, String auth, Map<String, NamespaceSocket> joined) {
        try {
            RoomId.everyone(namespace);
        } catch (InvalidNameException e) {
            refuse(socket, namespace, "Invalid namespace", null);
            return;
        }
        NamespaceSocket newcomer = new NamespaceSocket(gateway, socket, namespace, joined, endpoints.of(namespace), config.relay());
        String said = auth.isEmpty() ? "{}" : auth;
        newcomer.open(said);
        socket.await(newcomer.session().inTurn(() -> gateway.admit(newcomer.session())).chain(() -> newcomer.ask(said)),
                admitted -> newcomer.connected(),
                failure -> {
                    newcomer.end(failure instanceof RefusedException ? CloseReason.FORBIDDEN : CloseReason.TRY_LATER);
                    if (failure instanceof RefusedException refused) {
                        refuse(socket, namespace, refused.getMessage(), refused.data());
                    } else {
                        Refusal refusal = Gateway.refusal(failure);
                        refuse(socket, namespace, refusal.getMessage(), Map.of("code", refusal.code()));
                    }
                });
    }

    private static void refuse(EngineSocket socket, String namespace, String message, Object data) {
        String error = "{\"message\":" + SocketIoFormat.quoted(message)
                + (data == null ? "" : ",\"data\":" + SocketIoFormat.arguments(Values.toData(data)).substring(1)) + "}";
        socket.send(SocketIoFormat.frames(Packet.Type.CONNECT_ERROR, namespace, null, error, List.of()));
    }
}
