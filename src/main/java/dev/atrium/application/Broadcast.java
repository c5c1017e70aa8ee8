package dev.atrium.application;

import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.RoomService;
import dev.atrium.room.Audience;
import dev.atrium.room.Data;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.session.Transport;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Broadcast to many clients, on all replicas: to the members of some rooms, or of the whole namespace, except the members of
 * some others. Each client receives the event once. Immutable; its methods return another broadcast. Any thread.
 */
public final class Broadcast {

    private static final Logger LOG = Logger.getLogger(Broadcast.class);

    private final RoomService service;
    private final Operations operations;
    private final String namespace;
    private final Sender from;
    private final Set<String> rooms;
    private final Set<String> except;

    Broadcast(RoomService service, Operations operations, String namespace, Sender from, Set<String> rooms,
            Set<String> except) {
        this.service = service;
        this.operations = operations;
        this.namespace = namespace;
        this.from = from;
        this.rooms = rooms;
        this.except = except;
    }

    /** Adds the members of these rooms. */
    public Broadcast to(String... more) {
        return new Broadcast(service, operations, namespace, from, with(rooms, more), except);
    }

    /** Excludes the members of these rooms. */
    public Broadcast except(String... more) {
        return new Broadcast(service, operations, namespace, from, rooms, with(except, more));
    }

    /**
     * Emits an event. The publication has begun when this method returns, whether the {@code Uni} is subscribed to or not.
     *
     * @param arguments anything that Jackson writes; {@code byte[]} stays bytes
     */
    public Uni<Void> emit(String event, Object... arguments) {
        boolean plain = rooms.size() == 1 && except.isEmpty();
        RoomId room = plain ? Gateway.room(namespace, rooms.iterator().next()) : RoomId.everyone(namespace);
        Audience audience = plain || rooms.isEmpty() && except.isEmpty() ? null : new Audience(rooms, except);
        return started(service.publish(
                new Publication(room, event, Values.toData(arguments), from, true, audience, null), Transport.APPLICATION)
                .replaceWithVoid());
    }

    /**
     * Emits an event and requests acknowledgements. Only clients of Socket.IO receive it.
     *
     * @return the acknowledgements, when all clients have acknowledged or the timeout has expired
     */
    public Uni<Acks> emitWithAck(Duration timeout, String event, Object... arguments) {
        Data.Arguments values = Values.toArguments(arguments);
        return started(
                operations.emitWithAck(new Operations.ClusterRequest(Operations.Kind.ASK, namespace, rooms, except, Set.of(),
                        event, values.json(), values.attachments(), timeout.toMillis())));
    }

    /** The clients. */
    public Uni<List<RemoteClient>> fetch() {
        return operations.fetch(request(Operations.Kind.FETCH));
    }

    /** Makes the clients join more rooms. Returns the number of clients. */
    public Uni<Integer> join(String... more) {
        return started(operations.act(request(Operations.Kind.JOIN, more)));
    }

    /** Makes the clients leave some rooms. Returns the number of clients. */
    public Uni<Integer> leave(String... some) {
        return started(operations.act(request(Operations.Kind.LEAVE, some)));
    }

    /** Disconnects the clients from the namespace. Returns the number of clients. */
    public Uni<Integer> disconnect() {
        return started(operations.act(request(Operations.Kind.DISCONNECT)));
    }

    private Operations.ClusterRequest request(Operations.Kind kind, String... about) {
        for (String room : about) {
            Gateway.room(namespace, room);
        }
        return new Operations.ClusterRequest(kind, namespace, rooms, except, Set.of(about), null, null, List.of(), 0);
    }

    private static Set<String> with(Set<String> some, String... more) {
        return Stream.concat(some.stream(), Stream.of(more)).collect(Collectors.toUnmodifiableSet());
    }

    /** Subscribes at once, so that a caller that ignores the outcome may drop the {@code Uni}. */
    static <T> Uni<T> started(Uni<T> work) {
        Uni<T> memoized = work.memoize().indefinitely();
        memoized.subscribe().with(done -> {
        }, failure -> LOG.debugf("An operation of the application failed: %s", failure.getMessage()));
        return memoized;
    }
}
