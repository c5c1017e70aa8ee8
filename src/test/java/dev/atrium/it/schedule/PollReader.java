package dev.atrium.it.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Door;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Reader of one room by long polls. Each poll goes to any replica and begins where the previous one ended. */
final class PollReader extends Reader {

    private final String room;

    PollReader(String name, String room, ReaderContext context, Random random) {
        super(name, List.of(room), context, random);
        this.room = room;
    }

    @Override
    Connection connection(Door door, boolean dice) {
        return new Poll(door.http("/rooms/" + room + "/messages"));
    }

    private final class Poll implements Connection {

        private final ReaderLog log = logs.get(room);
        private final HttpRequest request;
        private volatile CompletableFuture<?> answer;

        Poll(String url) {
            String query = log.hasPlace() ? "?wait=2&after=" + log.epoch() + ":" + log.offset() : "?limit=1";
            request = HttpRequest.newBuilder(URI.create(url + query)).build();
        }

        @Override
        public void begin() {
            CompletableFuture<HttpResponse<String>> sent = HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString());
            answer = sent;
            sent.whenCompleteAsync((response, failure) -> {
                if (failure == null && response.statusCode() == 200) {
                    on(this, () -> handle(Json.parse(response.body())));
                }
                lost(this);
            });
        }

        @Override
        public void abort() {
            if (answer != null) {
                answer.cancel(true);
            }
        }

        private void handle(JsonNode body) {
            String epoch = body.path("epoch").asText();
            long offset = body.path("offset").asLong();
            if (!log.hasPlace()) {
                log.joined(epoch, offset, false);
                return;
            }
            JsonNode messages = body.path("messages");
            if (!body.path("recovered").asBoolean()) {
                log.broken(epoch, messages.isEmpty() ? offset : messages.path(0).path("offset").asLong() - 1);
            }
            for (JsonNode message : messages) {
                log.message(message.path("epoch").asText(), message.path("offset").asLong(), message.path("data").asText());
            }
        }
    }
}
