package dev.atrium.it.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Door;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** Reader of one room, at random by an NDJSON stream or by server-sent events; it continues after its last stream position. */
final class StreamReader extends Reader {

    private final String room;
    private volatile String id;

    StreamReader(String name, String room, ReaderContext context, Random random) {
        super(name, List.of(room), context, random);
        this.room = room;
    }

    @Override
    Connection connection(Door door, boolean dice) {
        return new Stream(door.http("/rooms/" + room), dice ? "text/event-stream" : "application/x-ndjson");
    }

    @Override
    String session() {
        return id;
    }

    private final class Stream implements Connection, Flow.Subscriber<String> {

        private final ReaderLog log = logs.get(room);
        private final HttpRequest request;
        private volatile Flow.Subscription subscription;
        private volatile CompletableFuture<?> answer;

        Stream(String url, String format) {
            HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(url)).header("Accept", format);
            if (log.hasPlace()) {
                builder.header("Last-Event-ID", log.epoch() + ":" + log.offset());
            }
            request = builder.build();
        }

        @Override
        public void begin() {
            answer = HTTP.sendAsync(request, HttpResponse.BodyHandlers.fromLineSubscriber(this));
            answer.whenCompleteAsync((opened, failure) -> lost(this));
        }

        @Override
        public void abort() {
            if (subscription != null) {
                subscription.cancel();
            }
            if (answer != null) {
                answer.cancel(true);
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            begun.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            String json = line.startsWith("data: ") ? line.substring(6) : line;
            if (json.startsWith("{\"event\"")) {
                on(this, () -> handle(Json.parse(json)));
            }
        }

        @Override
        public void onError(Throwable failure) {
            lost(this);
        }

        @Override
        public void onComplete() {
            lost(this);
        }

        private void handle(JsonNode event) {
            JsonNode data = event.path("data");
            switch (event.path("event").asText()) {
                case "@welcome" -> {
                    id = data.path("id").asText();
                    log.joined(data.path("epoch").asText(), data.path("offset").asLong(), data.path("recovered").asBoolean());
                }
                case "@gap" -> log.broken(data.path("epoch").asText(), data.path("offset").asLong());
                case "message" -> log.message(event.path("epoch").asText(), event.path("offset").asLong(), data.asText());
                default -> {
                    // @goodbye: the end follows.
                }
            }
        }
    }
}
