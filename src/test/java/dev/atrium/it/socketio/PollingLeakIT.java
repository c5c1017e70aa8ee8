package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Replica;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Polling clients that end in different ways leave nothing in memory. */
class PollingLeakIT {

    private static final int FIRST_ROUND = 1_000;
    private static final int SESSIONS = 5_000;
    private static final int AT_ONCE = 64;
    private static final String PATH = "/socket.io/?EIO=4&transport=polling";
    private static final String POLLING = "atrium_engineio_connections{transport=\"polling\"}";
    private static final String OPENED = "atrium_connections_opened_total{transport=\"socketio\"}";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void five_thousand_polling_sessions_leave_nothing_behind() {
        try (Replica replica = Replica.start(Map.of("atrium.heartbeat.interval", "1s", "atrium.heartbeat.timeout", "1s",
                "atrium.room.ttl", "5s"))) {
            // First round, so that class loading and pools are not measured as a leak.
            comeAndGo(replica, FIRST_ROUND);
            double before = settled(replica);

            comeAndGo(replica, SESSIONS);

            double after = settled(replica);
            assertThat(replica.metric(OPENED)).isEqualTo(FIRST_ROUND + SESSIONS);
            assertThat(after).as("heap, from %.0f", before).isLessThan(before * 1.05);
            assertThat(replica.log()).doesNotContain("ERROR");
        }
    }

    private static double settled(Replica replica) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(100))
                .until(() -> replica.metric(POLLING) == 0 && replica.metric("atrium_rooms") == 0);
        // The backplane releases a room some seconds after its last member has left.
        Awaitility.await().pollDelay(Duration.ofSeconds(7)).until(() -> true);
        return replica.heapAfterCollection();
    }

    private static void comeAndGo(Replica replica, int sessions) {
        Semaphore running = new Semaphore(AT_ONCE);
        List<CompletableFuture<String>> clients = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            running.acquireUninterruptibly();
            boolean saysGoodbye = i % 2 == 0;
            String room = "room-" + i % 100;
            clients.add(get(replica, PATH).thenCompose(open -> {
                String session = PATH + "&sid=" + open.substring(9, 29);
                CompletableFuture<String> joined = post(replica, session, "40\u001e421[\"join\",\"" + room + "\"]")
                        .thenCompose(ok -> get(replica, session));
                // Half of the clients go silent, and the heartbeat detects them.
                return saysGoodbye ? joined.thenCompose(ok -> post(replica, session, "1")) : joined;
            }).whenComplete((done, failure) -> running.release()));
        }
        clients.forEach(CompletableFuture::join);
    }

    private static CompletableFuture<String> get(Replica replica, String path) {
        return send(HttpRequest.newBuilder(URI.create(replica.http(path))).build());
    }

    private static CompletableFuture<String> post(Replica replica, String path, String body) {
        return send(
                HttpRequest.newBuilder(URI.create(replica.http(path))).POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    private static CompletableFuture<String> send(HttpRequest request) {
        return HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(response -> {
            assertThat(response.statusCode()).isEqualTo(200);
            return response.body();
        });
    }
}
