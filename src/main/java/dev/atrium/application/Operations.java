package dev.atrium.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.RoomService;
import dev.atrium.room.Audience;
import dev.atrium.room.Data;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Operations on many clients at once, on all replicas: each replica is requested to apply them to its own clients. Any thread. */
@Singleton
final class Operations {

    private static final String QUESTION = "clients";

    /** Added to the clients' timeout: the time for the requests and replies between replicas. */
    private static final Duration WAY = Duration.ofSeconds(2);

    private final RoomService service;
    private final Cluster cluster;

    /** Kind of operation. */
    enum Kind { FETCH, JOIN, LEAVE, DISCONNECT, ASK }

    /**
     * Request from replica to replica.
     *
     * @param rooms to join or to leave
     * @param arguments of the event, with placeholders for bytes
     */
    record Question(Kind kind, String namespace, Set<String> to, Set<String> except, Set<String> rooms, String event,
            String arguments, List<byte[]> attachments, long timeoutMillis) {
    }

    Operations(RoomService service, Cluster cluster) {
        this.service = service;
        this.cluster = cluster;
        cluster.answer(QUESTION, this::answer);
    }

    Uni<List<RemoteClient>> fetch(Question question) {
        return request(question, new TypeReference<List<RemoteClient>>() { })
                .map(lists -> whole(lists).stream().flatMap(List::stream).toList());
    }

    /** Applies an operation. Returns the number of clients. */
    Uni<Integer> act(Question question) {
        return request(question, new TypeReference<Integer>() { })
                .map(counts -> whole(counts).stream().mapToInt(Integer::intValue).sum());
    }

    Uni<Acks> askClients(Question question) {
        return request(question, new TypeReference<LocalClients.Asked>() { }).map(replicas -> {
            List<LocalClients.Asked> given = replicas.stream().flatMap(Optional::stream).toList();
            List<JsonNode> values = given.stream().flatMap(each -> each.values().stream()).toList();
            return new Acks(values, given.size() == replicas.size()
                    && values.size() == given.stream().mapToInt(LocalClients.Asked::asked).sum());
        });
    }

    /** One item for each replica, empty for a replica that has not replied in time. */
    private <T> Uni<List<Optional<T>>> request(Question question, TypeReference<T> type) {
        return cluster.askAll(QUESTION, write(question), Duration.ofMillis(question.timeoutMillis).plus(WAY))
                .map(answers -> answers.stream().map(answer -> answer.map(json -> read(json, type))).toList());
    }

    private static <T> List<T> whole(List<Optional<T>> answers) {
        return answers.stream().map(answer -> answer.orElseThrow(
                () -> ErrorReply.unavailable("not every replica has answered", false))).toList();
    }

    private Uni<String> answer(String asked) {
        Question question = read(asked, new TypeReference<Question>() { });
        LocalClients crowd = new LocalClients(service, cluster, question.namespace, new Audience(question.to, question.except));
        Uni<?> answer = switch (question.kind) {
            case FETCH -> crowd.fetch();
            case JOIN -> crowd.join(question.rooms);
            case LEAVE -> crowd.leave(question.rooms);
            case DISCONNECT -> crowd.disconnect();
            case ASK -> crowd.emitWithAck(Duration.ofMillis(question.timeoutMillis), question.event,
                    Values.toNodes(new Data.Arguments(question.arguments, question.attachments)));
        };
        return answer.map(Operations::write);
    }

    private static String write(Object value) {
        try {
            return Values.JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not to be written as JSON", e);
        }
    }

    private static <T> T read(String json, TypeReference<T> type) {
        try {
            return Values.JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("from a replica that speaks otherwise", e);
        }
    }
}
