package dev.atrium.it.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Door;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/**
 * Publisher by POST, which sends each message to any replica until it is acknowledged: if the response is lost, it sends the
 * message again with the same idempotency key. Thread-safe.
 */
final class Publisher {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final ConcurrentMap<String, ConcurrentMap<String, String>> acknowledged = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final Supplier<Door> anywhere;
    private final Punctuality punctuality;

    /** Stream position of a published message. */
    record Place(String epoch, long offset) {
    }

    Publisher(Supplier<Door> anywhere, Punctuality punctuality) {
        this.anywhere = anywhere;
        this.punctuality = punctuality;
    }

    /** Publishes one unique message, and returns its stream position. */
    Place say(String room) {
        String data = room + " " + numbers.incrementAndGet();
        punctuality.said(data);
        Place place = attempt(room, data);
        if (place == null) {
            place = Awaitility.await("acknowledged").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20))
                    .until(() -> attempt(room, data), answer -> answer != null);
        }
        String other = acknowledged.computeIfAbsent(room, key -> new ConcurrentHashMap<>())
                .put(place.epoch() + ":" + place.offset(), data);
        if (other != null) {
            throw new AssertionError(data + " was acknowledged at " + place + " like " + other);
        }
        return place;
    }

    /** Acknowledged messages of a room, by {@code epoch:offset}. */
    Map<String, String> acknowledged(String room) {
        return acknowledged.getOrDefault(room, new ConcurrentHashMap<>());
    }

    /** Number of messages, acknowledged or not yet. */
    long said() {
        return numbers.get();
    }

    /** Number of attempts that were refused, or without a response. */
    long refused() {
        return refused.get();
    }

    private Place attempt(String room, String data) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(anywhere.get().http("/rooms/" + room)))
                    .header("Content-Type", "text/plain").header("Idempotency-Key", data.replace(' ', '.'))
                    .timeout(Duration.ofSeconds(5)).POST(HttpRequest.BodyPublishers.ofString(data)).build();
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == 201) {
                JsonNode body = Json.parse(response.body());
                return new Place(body.path("epoch").asText(), body.path("offset").asLong());
            }
            // 502: nginx repeats no POST whose connection ended without a response.
            if (response.statusCode() != 503 && response.statusCode() != 502) {
                throw new AssertionError(response.statusCode() + " " + response.body());
            }
        } catch (IOException e) {
            // The replica was killed during the request: the idempotency key makes it safe to retry.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        refused.incrementAndGet();
        return null;
    }
}
