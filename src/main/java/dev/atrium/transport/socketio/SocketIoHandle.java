package dev.atrium.transport.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.application.Clients;
import dev.atrium.application.SessionHandle;
import dev.atrium.application.Values;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.PublicationRules;
import dev.atrium.room.Data;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/** The application's handle of a Socket.IO client. */
final class SocketIoHandle extends SessionHandle {

    private final NamespaceSocket socket;

    SocketIoHandle(Clients clients, NamespaceSocket socket) {
        super(clients, socket.session());
        this.socket = socket;
    }

    @Override
    public void emit(String event, Object... arguments) {
        Data data = Values.toData(arguments);
        checked(event);
        session().loop().run(() -> socket.emit(null, event, data));
    }

    @Override
    public Uni<List<JsonNode>> emitWithAckValues(Duration timeout, String event, Object... arguments) {
        Data data = Values.toData(arguments);
        checked(event);
        return started(Uni.createFrom()
                .emitter(emitter -> session().loop().run(() -> socket.emitWithAck(event, data, timeout, emitter))));
    }

    @Override
    protected boolean receives() {
        return socket.isConnected();
    }

    @Override
    public boolean acknowledges() {
        // One whose connect handler has not let it in is not asked: everybody would wait for it.
        return receives();
    }

    /** Emits an event of a broadcast, unless the client is still connecting. On its event loop. */
    void broadcast(String event, Data data) {
        if (receives()) {
            socket.emit(null, event, data);
        }
    }

    /** As {@link #broadcast}, with an acknowledgement, which the client's handler expects to give, and which is ignored. */
    void broadcastIgnoringAck(String event, Data data) {
        if (receives()) {
            socket.emitIgnoringAck(event, data);
        }
    }

    /** Disconnects the client from all its namespaces, and ends its connection. On its event loop. */
    void disconnectAll() {
        session().loop().later(socket::disconnectAll);
    }

    private static void checked(String event) {
        if (PublicationRules.RESERVED_EVENTS.contains(event)) {
            throw ErrorReply.badRequest("event: " + event + " is reserved");
        }
    }
}
