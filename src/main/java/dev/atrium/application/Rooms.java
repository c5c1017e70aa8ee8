package dev.atrium.application;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.RoomService;
import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import io.quarkus.arc.ClientProxy;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;

/**
 * The rooms, for the application: publish into them, subscribe to them, and let the connections of its own WebSocket endpoints join
 * them. Rooms are those of the default namespace, on all replicas. Any thread; what publishes, joins or leaves has begun when the
 * method returns, whether its {@code Uni} is subscribed to or not. Permissions are for clients: the application needs none.
 */
@Singleton
public final class Rooms {

    private static final Transport TRANSPORT = Transport.APPLICATION;

    /** Messages that may wait for one subscriber. */
    private static final int QUEUE = 1_024;

    private final RoomService service;
    private final Sessions sessions;
    private final EndpointSessions endpoints;
    private final Vertx vertx;

    Rooms(RoomService service, Sessions sessions, EndpointSessions endpoints, Vertx vertx) {
        this.service = service;
        this.sessions = sessions;
        this.endpoints = endpoints;
        this.vertx = vertx;
    }

    /**
     * Publishes into a room. The event is {@value dev.atrium.room.Publication#DEFAULT_EVENT}.
     *
     * @param data text, {@code byte[]}, or anything else that Jackson writes
     * @return the message's place in the room; or a {@link ErrorReply}: 503 if the backplane does not take it
     * @throws dev.atrium.room.InvalidNameException for a name that no room can have
     */
    public Uni<PublishResult> publish(String room, Object data) {
        return publish(room, Publication.DEFAULT_EVENT, data);
    }

    /** The same, with a name for the event. */
    public Uni<PublishResult> publish(String room, String event, Object data) {
        return publish(id(room), event, data, null);
    }

    /** Publishes into a room in the name of a connection that has joined a room: others see who it is from. */
    public Uni<PublishResult> publish(WebSocketConnection from, String room, Object data) {
        RoomId id = id(room);
        return Broadcast.started(endpoints.presentInParallel(ClientProxy.unwrap(from), session -> session == null
                ? Uni.createFrom().failure(new ErrorReply(409, "connection: it has joined no room"))
                : publish(id, Publication.DEFAULT_EVENT, data, session.self())));
    }

    private Uni<PublishResult> publish(RoomId room, String event, Object data, Sender from) {
        return Broadcast.started(service.publish(new Publication(room, event, Values.toData(data), from, true, null), TRANSPORT));
    }

    /**
     * The messages of a room from the subscription on, in the order of the room. Items come on worker threads, one after the other.
     *
     * <p>A subscriber that is slower than its room has {@value #QUEUE} messages of patience; then its stream fails with
     * {@link io.smallrye.mutiny.subscription.BackPressureFailure}, and the room goes on without it.
     */
    public Multi<Message> stream(String room) {
        RoomId id = id(room);
        return Multi.createFrom().<Message>emitter(emitter -> RoomSubscriber.subscribe(service, sessions, vertx, id, emitter))
                .onOverflow().buffer(QUEUE)
                .emitOn(Infrastructure.getDefaultWorkerPool());
    }

    /**
     * Lets a connection of an endpoint of the application's own receive a room: text as text messages, bytes as binary ones, JSON as
     * its text. From its first room on it is a session, with presence, heartbeat, limits and figures. It leaves all its rooms when
     * it closes.
     *
     * @return when it is in the room; or a {@link ErrorReply}: 410 for a connection that has ended, 429 or 503 for one too many
     */
    public Uni<Void> join(WebSocketConnection connection, String room) {
        return join(connection, room, null);
    }

    /** The same, under the name of a user that others see. */
    public Uni<Void> join(WebSocketConnection connection, String room, String user) {
        RoomId id = id(room);
        return Broadcast.started(endpoints.open(ClientProxy.unwrap(connection), user, session -> {
            session.granted().add(room);
            return service.join(session, id, false, null).invoke(joined -> joined.membership().follow()).replaceWithVoid();
        }));
    }

    /** Lets a connection receive a room no longer. */
    public Uni<Void> leave(WebSocketConnection connection, String room) {
        RoomId id = id(room);
        return Broadcast.started(endpoints.present(ClientProxy.unwrap(connection),
                session -> session == null ? Uni.createFrom().voidItem() : service.leave(session, id)));
    }

    private static RoomId id(String room) {
        return Gateway.room(RoomId.DEFAULT_NAMESPACE, room);
    }
}
