package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.RoomService;
import dev.atrium.room.RoomId;
import dev.atrium.security.HandshakeInfo;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.SessionAttachment;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Base class of all clients: {@link Client} of a session. */
public abstract class SessionHandle implements Client, LocalClient, SessionAttachment {

    private final RoomService service;
    private final Clients clients;
    private final Session session;
    private final Map<String, Object> attributes = new ConcurrentHashMap<>();
    private final Set<String> rooms = ConcurrentHashMap.newKeySet();

    /** On the session's event loop. */
    protected SessionHandle(Clients clients, Session session) {
        this.service = clients.service();
        this.clients = clients;
        this.session = session;
        session.attach(this);
    }

    @Override
    public final String id() {
        return session.id();
    }

    @Override
    public final String user() {
        return session.self().user();
    }

    @Override
    public final String address() {
        return session.caller().address();
    }

    @Override
    public final HandshakeInfo handshake() {
        return session.caller().handshake();
    }

    @Override
    public final String namespace() {
        return session.namespace();
    }

    @Override
    public final Map<String, Object> attributes() {
        return attributes;
    }

    @Override
    public final Set<String> rooms() {
        return Set.copyOf(rooms);
    }

    @Override
    public final Uni<Void> join(String room) {
        RoomId id = Gateway.room(namespace(), room);
        return started(onLoop(Uni.createFrom().deferred(() -> service.add(session, id)))
                .invoke(joined -> {
                    if (receives()) {
                        joined.membership().follow();
                    }
                }).replaceWithVoid());
    }

    @Override
    public final Uni<Void> leave(String room) {
        RoomId id = Gateway.room(namespace(), room);
        return started(onLoop(Uni.createFrom().deferred(() -> service.leave(session, id))));
    }

    @Override
    public final Uni<JsonNode> emitWithAck(Duration timeout, String event, Object... arguments) {
        return emitWithAckValues(timeout, event, arguments)
                .map(values -> values.isEmpty() ? NullNode.instance : values.get(0));
    }

    @Override
    public final Broadcast others() {
        return clients.in(namespace(), session.self()).except(id());
    }

    @Override
    public final Broadcast to(String... some) {
        return others().to(some);
    }

    @Override
    public final void disconnect() {
        session.closeSoon(CloseReason.DISCONNECTED);
    }

    /** Whether the client may receive messages already. Once it may, it follows all rooms that it is in. */
    protected boolean receives() {
        return true;
    }

    @Override
    public boolean acknowledges() {
        return false;
    }

    @Override
    public final void entered(RoomId room) {
        if (room.isNamed()) {
            rooms.add(room.name());
        }
    }

    @Override
    public final void left(RoomId room) {
        rooms.remove(room.name());
    }

    protected final Session session() {
        return session;
    }

    /** Subscribes at once, so that a caller that ignores the outcome may drop the {@code Uni}. */
    protected static <T> Uni<T> started(Uni<T> work) {
        return Broadcast.started(work);
    }

    private <T> Uni<T> onLoop(Uni<T> work) {
        return work.runSubscriptionOn(session.loop()::run);
    }
}
