package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.FileClient;
import dev.atrium.it.fixture.Nginx;
import dev.atrium.it.fixture.RawHttp;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.SocketIoClient;
import dev.atrium.it.fixture.StreamClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Drain: a replica that stops sends its clients to other replicas, at a rate that these can handle. */
class DrainIT {

    private static final String DELAY = "atrium.drain.delay";
    private static final String WINDOW = "atrium.drain.window";

    /**
     * Factor on the expected rate: a client on a busy machine receives its goodbye late, and a time slice may contain parts of
     * two steps.
     */
    private static final double TOLERANCE = 2;

    private static Replica with(String delay, String window) {
        return Replica.start(Map.of(DELAY, delay, WINDOW, window));
    }

    private static boolean isSentGoodbye(SessionClient client) {
        return !client.pushes("@goodbye").isEmpty();
    }

    private static void awaitDraining(Replica replica) {
        SocketClient.await().until(() -> replica.metric("atrium_draining") == 1);
    }

    private static int ready(Replica replica) {
        return replica.management("/q/health/ready").statusCode();
    }

    @Test
    @Tag("in-pairs")
    void sessions_are_sent_away_at_an_even_rate() {
        int clients = 60;
        int seconds = 6;
        try (Replica replica = with("0s", seconds + "s")) {
            List<SessionClient> sessions = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                sessions.add(replica.session());
            }
            replica.signal("TERM");
            awaitDraining(replica);
            List<Integer> slices = new ArrayList<>();
            long start = System.nanoTime();
            int before = 0;
            while (before < clients && slices.size() < 3 * seconds) {
                long end = start + Duration.ofSeconds(slices.size() + 1).toNanos();
                LockSupport.parkNanos(end - System.nanoTime());
                int told = (int) sessions.stream().filter(DrainIT::isSentGoodbye).count();
                slices.add(told - before);
                before = told;
            }
            assertThat(slices).as("sessions sent away in each second").hasSizeBetween(seconds - 1, seconds + 2)
                    .allSatisfy(slice -> assertThat(slice).isLessThanOrEqualTo((int) (TOLERANCE * clients / seconds)));
            Set<Integer> delays = new HashSet<>();
            for (SessionClient session : sessions) {
                assertThat(session.awaitClose()).isEqualTo(1001);
                delays.add(session.pushes("@goodbye").get(0).at("/data/reconnect/after").asInt());
            }
            assertThat(delays).hasSizeGreaterThan(clients * 3 / 4);
            assertThat(replica.exitCode()).isZero();
            assertThat(replica.log()).containsPattern("Draining: \\d+ of 60 clients are closed, \\d+ remain")
                    .contains("The drain is complete: 60 sessions were closed; 0 connections are still open")
                    .doesNotContain("Exception", "ERROR");
        }
    }

    @Test
    void a_draining_replica_is_not_ready_at_once_but_serves_clients_that_still_reach_it() {
        try (Replica replica = with("1m", "0s"); SessionClient ann = replica.session()) {
            ann.join("a");
            replica.signal("TERM");
            awaitDraining(replica);
            assertThat(ready(replica)).isEqualTo(503);
            assertThat(replica.management("/q/health/ready").body()).containsPattern("\"draining\",\\s*\"status\": \"DOWN\"");
            assertThat(replica.management("/q/health/live").statusCode()).isEqualTo(200);
            try (SessionClient late = replica.session()) {
                late.join("a");
                assertThat(replica.post("/rooms/a", "hello").statusCode()).isEqualTo(201);
                late.pushes("message", 1);
                ann.pushes("message", 1);
                assertThat(isSentGoodbye(ann)).isFalse();
                replica.signal("TERM");
                assertThat(late.awaitClose()).isEqualTo(1001);
            }
            assertThat(replica.exitCode()).isZero();
        }
    }

    @Test
    void a_draining_replica_refuses_new_clients_and_a_second_signal_ends_it_sooner() throws IOException {
        try (Replica replica = with("0s", "5m")) {
            List<SessionClient> sessions = List.of(replica.session(), replica.session(), replica.session());
            replica.signal("TERM");
            SocketClient.await().until(() -> sessions.stream().anyMatch(DrainIT::isSentGoodbye));
            assertThat(replica.metric("atrium_drain_sessions")).isEqualTo(2);
            assertThat(replica.metric("atrium_drained_total{how=\"told\"}")).isEqualTo(1);
            Set<String> retries = new HashSet<>();
            List<String> sockets = List.of("/ws", "/rooms/a", "/socket.io/?EIO=4&transport=websocket");
            for (int i = 0; i < 20; i++) {
                try (RawSocket refused = RawSocket.connect(replica.port(), sockets.get(i % 3))) {
                    assertThat(refused.status()).isEqualTo(503);
                    retries.add(refused.response().replaceAll("(?is).*retry-after: (\\d+).*", "$1"));
                }
            }
            assertThat(retries).hasSizeGreaterThan(1).isSubsetOf("1", "2", "3", "4", "5");
            for (String path : List.of("/socket.io/?EIO=4&transport=polling", "/rooms/a/messages?wait=10",
                    "/rooms?connect=true")) {
                HttpResponse<String> refused = replica.get(path);
                assertThat(refused.statusCode()).as(path).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).isPresent();
                assertThat(refused.body()).contains("this replica is going away");
            }
            assertThat(replica.request("GET", "/rooms/a", "Accept", "application/x-ndjson").statusCode()).isEqualTo(503);
            for (String path : List.of("/rooms/a", "/rooms/a?as=iframe")) {
                HttpResponse<String> later = replica.request("GET", path, "Accept", "text/event-stream");
                assertThat(later.statusCode()).as("any other status ends an EventSource for good").isEqualTo(200);
                assertThat(later.body()).contains("@goodbye", "\"reconnect\":{\"after\":");
            }
            assertThat(replica.request("GET", "/rooms/a", "Accept", "text/event-stream").body())
                    .containsPattern("(?m)^retry: \\d+$");
            HttpResponse<String> posted = replica.post("/rooms/a", "still");
            assertThat(posted.statusCode()).isEqualTo(201);
            assertThat(posted.headers().firstValue("Connection")).hasValue("close");
            try (RawHttp client = RawHttp.connect(replica.port()).send("GET /rooms/a HTTP/1.1\nHost: a\n\n")) {
                assertThat(client.answer().status()).isEqualTo(200);
                assertThat(client.isClosedWithin(Duration.ofSeconds(5))).as("and it is").isTrue();
            }
            assertThat(replica.metric("atrium_denied_total{detail=\"draining\",kind=\"limit\"}")).isGreaterThanOrEqualTo(22);
            assertThat(sessions).as("not sent away yet").anyMatch(SocketClient::isOpen);
            replica.signal("TERM");
            for (SessionClient session : sessions) {
                assertThat(session.awaitClose()).isEqualTo(1001);
            }
            assertThat(replica.exitCode()).isZero();
        }
    }

    @Test
    void ctrl_c_makes_no_client_wait() {
        try (Replica replica = with("5m", "5m")) {
            List<SessionClient> sessions = List.of(replica.session(), replica.session(), replica.session());
            replica.signal("INT");
            for (SessionClient session : sessions) {
                assertThat(session.awaitClose()).isEqualTo(1001);
            }
            assertThat(replica.exitCode()).isZero();
        }
    }

    @Test
    void the_end_of_its_terminal_is_a_drain_too() {
        try (Replica replica = Replica.start(); SessionClient ann = replica.session()) {
            replica.signal("HUP");
            assertThat(ann.awaitClose()).isEqualTo(1001);
            assertThat(ann.pushes("@goodbye")).hasSize(1);
            assertThat(replica.exitCode()).isZero();
        }
    }

    @Test
    void a_drain_without_clients_ends_at_once() {
        try (Replica replica = with("0s", "5m")) {
            assertThat(replica.terminate()).isZero();
        }
    }

    @Test
    void streams_and_clients_of_socket_io_end_and_long_polls_are_answered() {
        try (Replica replica = with("0s", "0s");
                StreamClient events = replica.stream("/rooms/a", "Accept", "text/event-stream");
                StreamClient lines = replica.stream("/rooms/a", "Accept", "application/x-ndjson");
                SocketIoClient polling = SocketIoClient.connect(replica, "/", "polling");
                SocketIoClient socket = SocketIoClient.connect(replica, "/", "websocket")) {
            SocketIoClient second = socket.namespace("/second");
            CompletableFuture<HttpResponse<String>> poll = CompletableFuture
                    .supplyAsync(() -> replica.get("/rooms/a/messages?wait=50"));
            SocketClient.await().until(() -> replica.metric("atrium_memberships") == 3);
            replica.signal("TERM");
            for (StreamClient stream : List.of(events, lines)) {
                assertThat(stream.events("@goodbye", 1).get(0).at("/data/reason").asText())
                        .isEqualTo("the replica is going away");
                stream.awaitEnd();
            }
            assertThat(poll.join().statusCode()).isEqualTo(200);
            assertThat(poll.join().body()).contains("\"messages\":[]");
            for (SocketIoClient client : List.of(polling, socket, second)) {
                SocketClient.await().until(() -> !client.received("@disconnect").isEmpty());
                assertThat(client.received("@disconnect").get(0)).startsWith("@disconnect transport");
            }
            assertThat(replica.exitCode()).isZero();
            assertThat(replica.log())
                    .contains("The drain is complete: 5 sessions were closed; 0 connections are still open");
        }
    }

    @Test
    void sessions_that_do_not_close_are_cut_counted_and_logged() throws IOException {
        try (Replica replica = Replica.start(Map.of("atrium.drain.grace", "0s"));
                RawSocket rude = RawSocket.connect(replica.port(), "/rooms/a")) {
            SocketClient.await().until(() -> replica.metric("atrium_memberships") == 1);
            assertThat(replica.terminate()).isZero();
            assertThat(rude.closeCode()).isEqualTo(1001);
            assertThat(replica.log())
                    .contains("The drain is complete: 1 sessions were closed; 1 connections are still open and are cut");
        }
    }

    @Test
    void a_download_ends_before_the_replica_does() throws Exception {
        byte[] film = new byte[20 << 20];
        try (Replica replica = with("0s", "0s"); SessionClient session = replica.session()) {
            String url = replica.http(
                    new FileClient(session).upload("cinema", "film.mp4", "video/mp4", film).path("url").asText());
            InputStream download = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofInputStream()).body();
            int begun = download.readNBytes(1000).length;
            replica.signal("TERM");
            awaitDraining(replica);
            // Longer than the drain waits for connections without a session.
            Awaitility.await().during(Duration.ofMillis(1500)).atMost(Duration.ofSeconds(5)).until(replica::isAlive);
            assertThat(begun + download.readAllBytes().length).isEqualTo(film.length);
            assertThat(replica.exitCode()).isZero();
            assertThat(replica.log()).contains("0 connections are still open and are cut");
        }
    }

    @Test
    void clients_of_socket_io_reconnect_by_themselves_to_another_replica() {
        try (RedisProcess redis = RedisProcess.start();
                Replica goes = overRedis(redis, "1s");
                Replica stays = Replica.with(redis);
                Nginx nginx = Nginx.before(goes, stays)) {
            List<SocketIoClient> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(
                        SocketIoClient.connect(java.net.URI.create(nginx.http("/")), i < 2 ? "websocket" : "polling", Map.of())
                                .awaitConnected());
            }
            SocketClient.await().until(() -> goes.metric("atrium_connections{transport=\"socketio\"}") > 0);
            assertThat(goes.terminate()).isZero();
            SocketClient.await().until(() -> stays.metric("atrium_connections{transport=\"socketio\"}") == 4);
            assertThat(clients).anySatisfy(client -> assertThat(client.received("@connect")).hasSize(2));
            assertThat(clients).noneSatisfy(client -> assertThat(client.log()).contains("@disconnect io server disconnect"));
            clients.forEach(SocketIoClient::close);
        }
    }

    private static Replica overRedis(RedisProcess redis, String window) {
        return Replica.start(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url(), WINDOW, window));
    }

    @Test
    void clients_resume_elsewhere_and_no_acknowledged_message_is_lost() {
        try (RedisProcess redis = RedisProcess.start();
                Replica goes = overRedis(redis, "3s");
                Replica stays = Replica.with(redis)) {
            List<Wanderer> wanderers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                wanderers.add(new Wanderer(goes, stays, i < 4));
            }
            wanderers.forEach(Wanderer::start);
            SocketClient.await().until(() -> wanderers.stream().mapToInt(Wanderer::acknowledgements).sum() > 200);
            assertThat(goes.terminate()).isZero();
            SocketClient.await().until(() -> wanderers.stream().allMatch(Wanderer::hasMoved));
            int moved = wanderers.stream().mapToInt(Wanderer::acknowledgements).sum();
            SocketClient.await().until(() -> wanderers.stream().mapToInt(Wanderer::acknowledgements).sum() > moved + 50);
            wanderers.forEach(Wanderer::stop);
            long last = wanderers.stream().flatMap(each -> each.acknowledged().stream()).mapToLong(Long::longValue).max()
                    .orElseThrow();
            for (Wanderer wanderer : wanderers) {
                SocketClient.await().untilAsserted(() -> assertThat(wanderer.received()).contains(last));
                List<Long> received = wanderer.received();
                for (int i = 1; i < received.size(); i++) {
                    assertThat(received.get(i)).as("in order and without a gap").isEqualTo(received.get(i - 1) + 1);
                }
                wanderer.close();
            }
        }
    }
}
