package dev.atrium.it.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.Replica;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/** Reads one room by long polls, each on any replica, and each from where the one before has ended. */
final class PollReader extends Reader {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final String room;

    PollReader(String name, String room, Supplier<Replica> anywhere, Random random, ScheduledExecutorService pool) {
        super(name, List.of(room), anywhere, random, pool);
        this.room = room;
    }

    @Override
    Connection connect(Replica replica, boolean dice) {
        ReaderLog log = logs.get(room);
        String query = log.hasPlace() ? "?wait=2&after=" + log.epoch() + ":" + log.offset() : "?limit=1";
        CompletableFuture<HttpResponse<String>> answer = HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create(replica.http("/rooms/" + room + "/messages" + query))).build(),
                HttpResponse.BodyHandlers.ofString());
        Connection poll = () -> answer.cancel(true);
        answer.whenCompleteAsync((response, failure) -> {
            if (failure == null && response.statusCode() == 200) {
                on(poll, () -> handle(log, Json.parse(response.body())));
            }
            lost(poll);
        });
        return poll;
    }

    private static void handle(ReaderLog log, JsonNode answer) {
        String epoch = answer.path("epoch").asText();
        if (!log.hasPlace()) {
            log.joined(epoch, answer.path("offset").asLong(), false);
            return;
        }
        JsonNode messages = answer.path("messages");
        if (!answer.path("recovered").asBoolean()) {
            log.broken(epoch, messages.isEmpty() ? answer.path("offset").asLong() : messages.path(0).path("offset").asLong() - 1);
        }
        for (JsonNode message : messages) {
            log.message(message.path("epoch").asText(), message.path("offset").asLong(), message.path("data").asText());
        }
    }
}
