package dev.atrium.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.RoomService;
import dev.atrium.room.Audience;
import dev.atrium.room.Data;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Operations on many clients, on all replicas: each replica is requested to apply them to its own clients. Any thread. */
@Singleton
final class Operations {

    private static final String REQUEST = "clients";

    /** Added to the clients' timeout: the time for the requests and replies between replicas. */
    private static final Duration ROUND_TRIP = Duration.ofSeconds(2);

    private final RoomService service;
    private final Cluster cluster;

    /** Kind of operation. */
    enum Kind {
        FETCH,
        JOIN,
        LEAVE,
        DISCONNECT,
        ASK
    }

    /**
     * Request from replica to replica.
     *
     * @param rooms to join or to leave
     * @param arguments of the event, with placeholders for bytes
     */
    record ClusterRequest(Kind kind, String namespace, Set<String> to, Set<String> except, Set<String> rooms, String event,
            String arguments, List<byte[]> attachments, long timeoutMillis) {
    }

    Operations(RoomService service, Cluster cluster) {
        this.service = service;
        this.cluster = cluster;
        cluster.serve(REQUEST, this::respond);
    }

    Uni<List<RemoteClient>> fetch(ClusterRequest request) {
        return request(request, RemoteClient[].class)
                .map(lists -> whole(lists).stream().flatMap(Arrays::stream).toList());
    }

    /** Applies an operation. Returns the number of clients. */
    Uni<Integer> act(ClusterRequest request) {
        return request(request, Integer.class).map(counts -> whole(counts).stream().mapToInt(Integer::intValue).sum());
    }

    Uni<Acks> emitWithAck(ClusterRequest request) {
        return request(request, LocalClients.LocalAcks.class).map(replicas -> {
            List<LocalClients.LocalAcks> given = replicas.stream().flatMap(Optional::stream).toList();
            List<JsonNode> values = given.stream().flatMap(each -> each.values().stream()).toList();
            return new Acks(values, given.size() == replicas.size()
                    && values.size() == given.stream().mapToInt(LocalClients.LocalAcks::asked).sum());
        });
    }

    /** One item for each replica, empty for a replica that has not replied in time. */
    private <T> Uni<List<Optional<T>>> request(ClusterRequest request, Class<T> type) {
        return cluster.callAll(REQUEST, write(request), Duration.ofMillis(request.timeoutMillis).plus(ROUND_TRIP))
                .map(replies -> replies.stream().map(reply -> reply.map(json -> read(json, type))).toList());
    }

    private static <T> List<T> whole(List<Optional<T>> replies) {
        return replies.stream().map(reply -> reply.orElseThrow(
                () -> ErrorReply.unavailable("not every replica has answered", false))).toList();
    }

    private Uni<String> respond(String json) {
        ClusterRequest request = read(json, ClusterRequest.class);
        LocalClients localClients = new LocalClients(service, cluster, request.namespace,
                new Audience(request.to, request.except));
        Uni<?> reply = switch (request.kind) {
            case FETCH -> localClients.fetch();
            case JOIN -> localClients.join(request.rooms);
            case LEAVE -> localClients.leave(request.rooms);
            case DISCONNECT -> localClients.disconnect();
            case ASK -> localClients.emitWithAck(Duration.ofMillis(request.timeoutMillis), request.event,
                    Values.toNodes(new Data.Arguments(request.arguments, request.attachments)));
        };
        return reply.map(Operations::write);
    }

    private static String write(Object value) {
        try {
            return Values.JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a value that cannot be written as JSON", e);
        }
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return Values.JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("expected JSON of type " + type.getSimpleName() + " from another replica", e);
        }
    }
}
