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
 * API of rooms for the application: publish, subscribe, and make connections of its own WebSocket endpoints members. Rooms are
 * those of the default namespace, on all replicas. Any thread; a publication, join or leave has begun when the method returns,
 * whether its {@code Uni} is subscribed to or not. Permissions apply to clients only, not to the application.
 */
@Singleton
public final class Rooms {

    private static final Transport TRANSPORT = Transport.APPLICATION;

    /** Capacity of one subscriber's queue, in messages. */
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
     * Publishes a message in a room. The event is {@value dev.atrium.room.Publication#DEFAULT_EVENT}.
     *
     * @param data text, {@code byte[]}, or anything else that Jackson writes
     * @return stream position of the message; or an {@link ErrorReply}: 503 if the backplane does not accept it
     * @throws dev.atrium.room.InvalidNameException for a name that no room can have
     */
    public Uni<PublishResult> publish(String room, Object data) {
        return publish(room, Publication.DEFAULT_EVENT, data);
    }

    /** Publishes a message with the name of its event. */
    public Uni<PublishResult> publish(String room, String event, Object data) {
        return publish(id(room), event, data, null);
    }

    /** Publishes a message with a connection that has joined a room as its sender. */
    public Uni<PublishResult> publish(WebSocketConnection from, String room, Object data) {
        RoomId id = id(room);
        return Broadcast.started(endpoints.presentInParallel(ClientProxy.unwrap(from), session -> session == null
                ? Uni.createFrom().failure(new ErrorReply(409, "connection: it has joined no room"))
                : publish(id, Publication.DEFAULT_EVENT, data, session.self())));
    }

    /**
     * Publishes a volatile message: members that are connected and not slow receive it, it has no stream position, and no
     * history keeps it. For what is outdated soon, such as a cursor.
     */
    public Uni<Void> publishVolatile(String room, String event, Object data) {
        return Broadcast.started(
                service.publishVolatile(new Publication(id(room), event, Values.toData(data), null, true), TRANSPORT));
    }

    private Uni<PublishResult> publish(RoomId room, String event, Object data, Sender from) {
        return Broadcast
                .started(service.publish(new Publication(room, event, Values.toData(data), from, true, null), TRANSPORT));
    }

    /**
     * Messages of a room from the subscription on, in the order of the room, volatile ones included. Items are emitted on
     * worker threads, one after the other.
     *
     * <p>
     * A slow subscriber has a queue of {@value #QUEUE} messages. When it is full the stream fails with
     * {@link io.smallrye.mutiny.subscription.BackPressureFailure}; the room is not slowed down.
     */
    public Multi<Message> stream(String room) {
        RoomId id = id(room);
        return Multi.createFrom().<Message> emitter(emitter -> RoomSubscriber.subscribe(service, sessions, vertx, id, emitter))
                .onOverflow().buffer(QUEUE)
                .emitOn(Infrastructure.getDefaultWorkerPool());
    }

    /**
     * Makes a connection of one of the application's own endpoints a member of a room: it receives text as text messages, bytes
     * as binary messages, and JSON as its text. From its first room on it is a session, with presence, heartbeat, limits and
     * metrics. It leaves all its rooms when it closes.
     *
     * @return completes when it is in the room; or an {@link ErrorReply}: 410 for a connection that has ended, 429 or 503 if a
     *         limit is reached
     */
    public Uni<Void> join(WebSocketConnection connection, String room) {
        return join(connection, room, null);
    }

    /** Makes a connection a member of a room, with a user's name that other clients see. */
    public Uni<Void> join(WebSocketConnection connection, String room, String user) {
        RoomId id = id(room);
        return Broadcast.started(endpoints.open(ClientProxy.unwrap(connection), user,
                session -> service.add(session, id).invoke(joined -> joined.membership().follow()).replaceWithVoid()));
    }

    /** Ends a connection's membership of a room. */
    public Uni<Void> leave(WebSocketConnection connection, String room) {
        RoomId id = id(room);
        return Broadcast.started(endpoints.present(ClientProxy.unwrap(connection),
                session -> session == null ? Uni.createFrom().voidItem() : service.leave(session, id)));
    }

    private static RoomId id(String room) {
        return Gateway.room(RoomId.DEFAULT_NAMESPACE, room);
    }
}
