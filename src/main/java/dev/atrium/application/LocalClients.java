package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.RoomService;
import dev.atrium.gateway.ThrottledLog;
import dev.atrium.room.Audience;
import dev.atrium.room.RoomId;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Clients of this replica in a namespace and an audience. Any thread; a {@code Uni} begins when it is subscribed to. */
public final class LocalClients {

    private static final ThrottledLog LOG = ThrottledLog.ofSeveral(Logger.getLogger(LocalClients.class));

    private final RoomService service;
    private final Cluster cluster;
    private final String namespace;
    private final Audience audience;

    /** Number of clients that were asked for an acknowledgement, and the acknowledgements received. */
    record LocalAcks(int asked, List<JsonNode> values) {
    }

    LocalClients(RoomService service, Cluster cluster, String namespace, Audience audience) {
        this.service = service;
        this.cluster = cluster;
        this.namespace = namespace;
        this.audience = audience;
    }

    /** Makes the clients join more rooms. Returns the number of clients. */
    public Uni<Integer> join(Set<String> rooms) {
        return count(session -> {
            LocalClient client = session.attachment(LocalClient.class);
            return all(rooms, room -> client != null ? client.join(room) : join(session, room));
        });
    }

    /** For a session that has no {@link Client} in the application. */
    private Uni<Void> join(Session session, String room) {
        return service.add(session, RoomId.of(namespace, room))
                .invoke(joined -> joined.membership().follow()).replaceWithVoid();
    }

    /** Makes the clients leave some rooms. Returns the number of clients. */
    public Uni<Integer> leave(Set<String> rooms) {
        return count(session -> {
            LocalClient client = session.attachment(LocalClient.class);
            return all(rooms, room -> client != null ? client.leave(room)
                    : service.leave(session, RoomId.of(namespace, room)));
        });
    }

    /** Disconnects the clients from the namespace. Returns the number of clients. */
    public Uni<Integer> disconnect() {
        return each(session -> session.closeSoon(CloseReason.DISCONNECTED));
    }

    /** Calls the work for each client's session, on its event loop. Returns the number of clients. */
    public Uni<Integer> each(Consumer<Session> work) {
        return count(session -> {
            work.accept(session);
            return Uni.createFrom().voidItem();
        });
    }

    Uni<List<RemoteClient>> fetch() {
        return cluster.each(namespace, audience, session -> Uni.createFrom().item(snapshot(session)));
    }

    /** Emits an event with acknowledgement to the clients that can acknowledge. */
    Uni<LocalAcks> emitWithAck(Duration timeout, String event, List<JsonNode> arguments) {
        return cluster.each(namespace, audience, session -> emitWithAck(session, timeout, event, arguments)).map(answers -> {
            List<Optional<JsonNode>> asked = answers.stream().flatMap(List::stream).toList();
            return new LocalAcks(asked.size(), asked.stream().flatMap(Optional::stream).toList());
        });
    }

    /** An empty list for a client that cannot acknowledge, an empty item for one that has not acknowledged in time. */
    private static Uni<List<Optional<JsonNode>>> emitWithAck(Session session, Duration timeout, String event,
            List<JsonNode> arguments) {
        LocalClient client = session.attachment(LocalClient.class);
        return client != null && client.acknowledges()
                ? client.emitWithAck(timeout, event, arguments.toArray()).map(answer -> List.of(Optional.of(answer)))
                        .onFailure().recoverWithItem(List.of(Optional.empty()))
                : Uni.createFrom().item(List.of());
    }

    private Uni<Integer> count(Function<Session, Uni<Void>> work) {
        return cluster.each(namespace, audience, session -> work.apply(session).replaceWith(session)).map(List::size);
    }

    private static Uni<Void> all(Set<String> rooms, Function<String, Uni<Void>> work) {
        return Multi.createFrom().iterable(rooms).onItem().transformToUniAndConcatenate(work::apply).onItem().ignoreAsUni();
    }

    private static RemoteClient snapshot(Session session) {
        Set<String> rooms = session.memberships().stream().map(membership -> membership.room())
                .filter(RoomId::isNamed).map(RoomId::name).collect(Collectors.toSet());
        LocalClient client = session.attachment(LocalClient.class);
        return new RemoteClient(session.id(), session.self().user(), rooms, attributes(client));
    }

    private static JsonNode attributes(LocalClient client) {
        ObjectNode attributes = Values.JSON.createObjectNode();
        if (client != null) {
            client.attributes().forEach((name, value) -> {
                try {
                    attributes.set(name, Values.tree(value));
                } catch (IllegalArgumentException e) {
                    LOG.warn("The attribute \"" + name + "\" of a client is left out, because it has no JSON: "
                            + e.getMessage());
                }
            });
        }
        return attributes;
    }
}
