package dev.atrium.it.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;

/** Presence in a room on three replicas, also after one of them was killed. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PresenceIT {

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final int MEMBERS = 3_000;
    private static final int PAGE = 300;

    private static Cluster cluster;

    /** One for each test, because the replicas are the same. */
    private String room;

    @BeforeAll
    static void start() {
        // Raw sockets answer no ping: the first of thousands would be closed before the last has connected on a busy machine.
        cluster = Cluster.overRedis(3,
                Map.of("atrium.redis.lease", LEASE.toSeconds() + "s", "atrium.heartbeat.timeout", "10m"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void prepare(TestInfo test) {
        room = test.getTestMethod().orElseThrow().getName();
        for (int i = 0; i < cluster.size(); i++) {
            if (!cluster.replica(i).isAlive()) {
                cluster.restart(i);
            }
        }
    }

    @Test
    void when_a_replica_is_killed_its_members_leave_within_the_lease_and_each_is_announced_once() {
        List<SessionClient> doomed = new ArrayList<>();
        try (SessionClient ann = watcher(0); SessionClient bob = watcher(1)) {
            for (int i = 0; i < 20; i++) {
                SessionClient client = cluster.replica(2).session();
                client.join(room);
                doomed.add(client);
            }
            List<String> gone = doomed.stream().map(SessionClient::id).sorted().toList();
            ann.pushes("@joined", 20);
            assertThat(members(0)).hasSize(22);

            cluster.kill(2);
            long killed = System.nanoTime();
            Awaitility.await().atMost(LEASE.plusSeconds(1)).pollInterval(Duration.ofMillis(20))
                    .untilAsserted(() -> assertThat(members(0)).containsExactlyInAnyOrder(ann.id(), bob.id()));
            assertThat(members(1)).containsExactlyInAnyOrder(ann.id(), bob.id());
            for (SessionClient watcher : List.of(ann, bob)) {
                Awaitility.await().atMost(LEASE.multipliedBy(2)).until(() -> left(watcher).size() >= gone.size());
            }
            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(LEASE.plusSeconds(3));
            // Each leave is published only once, although both survivors detect the end of the lease.
            Awaitility.await().during(LEASE).atMost(LEASE.multipliedBy(2)).untilAsserted(() -> {
                assertThat(left(ann)).containsExactlyInAnyOrderElementsOf(gone);
                assertThat(left(bob)).containsExactlyInAnyOrderElementsOf(gone);
            });
        } finally {
            doomed.forEach(SocketClient::close);
        }
    }

    @Test
    void a_session_that_its_killed_replica_has_left_can_be_ended() {
        SessionClient ended = cluster.replica(2).session();
        SessionClient other = cluster.replica(2).session();
        cluster.kill(2);
        Awaitility.await().atMost(LEASE.multipliedBy(2)).until(() -> cluster.replica(0)
                .request("DELETE", "/sessions/" + ended.id()).statusCode() == 204);
        assertThat(resume(ended)).isEqualTo(410);
        assertThat(resume(other)).isEqualTo(200);
    }

    private static int resume(SessionClient former) {
        try (SessionClient client = cluster.replica(1).session()) {
            return client.call("resume", "{\"token\":\"" + former.welcome().path("resume").asText() + "\"}").path("code")
                    .asInt();
        }
    }

    @Test
    void each_departure_is_announced_once_however_the_client_goes() {
        try (SessionClient ann = watcher(0)) {
            SessionClient leaver = cluster.replica(1).session();
            leaver.join(room);
            leaver.call("leave", "{\"room\":\"" + room + "\"}");
            leaver.call("leave", "{\"room\":\"" + room + "\"}");
            leaver.leave();
            SessionClient cut = cluster.replica(1).session();
            cut.join(room);
            cut.cut();
            SessionClient ended = cluster.replica(2).session();
            ended.join(room);
            cluster.replica(0).request("DELETE", "/sessions/" + ended.id());
            Awaitility.await().untilAsserted(() -> assertThat(left(ann))
                    .containsExactlyInAnyOrder(leaver.id(), cut.id(), ended.id()));
            assertThat(members(1)).containsExactly(ann.id());
        }
    }

    @Test
    void a_replica_that_stops_normally_removes_its_members_at_once() {
        try (SessionClient ann = watcher(0); SessionClient bob = cluster.replica(1).session()) {
            bob.join(room);
            cluster.replica(1).terminate();
            Awaitility.await().atMost(Duration.ofSeconds(2)).untilAsserted(() -> {
                assertThat(left(ann)).containsExactly(bob.id());
                assertThat(members(0)).containsExactly(ann.id());
            });
        }
    }

    /** The last one, because so many members take some seconds to leave. */
    @Test
    @Order(Integer.MAX_VALUE)
    void thousands_of_members_are_listed_and_no_client_waits_for_it() throws IOException {
        List<RawSocket> clients = new ArrayList<>();
        try (SocketClient ann = cluster.replica(1).plain("/rooms/elsewhere")) {
            for (int i = 0; i < MEMBERS; i++) {
                clients.add(RawSocket.connect(cluster.replica(0).port(), "/rooms/large"));
            }
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> cluster.replica(1).get("/rooms/large").body()
                    .contains("\"members\":" + MEMBERS));

            CompletableFuture<Set<String>> listing = CompletableFuture.supplyAsync(this::listAll);
            long longest = 0;
            int received = 0;
            while (!listing.isDone()) {
                long start = System.nanoTime();
                ann.text("still quick?");
                ann.await(++received);
                longest = Math.max(longest, System.nanoTime() - start);
            }
            assertThat(listing.join()).hasSize(MEMBERS);
            assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(2));
        } finally {
            for (RawSocket each : clients) {
                each.close();
            }
        }
    }

    private Set<String> listAll() {
        Set<String> ids = new TreeSet<>();
        String cursor = "";
        while (cursor != null) {
            JsonNode page = SessionClient.json(
                    cluster.replica(1).get("/rooms/large/members?limit=" + PAGE + cursor).body());
            assertThat(page.path("members")).hasSize(PAGE);
            page.path("members").forEach(member -> ids.add(member.path("id").asText()));
            cursor = page.has("next") ? "&cursor=" + page.path("next").asText() : null;
        }
        return ids;
    }

    private SessionClient watcher(int replica) {
        SessionClient client = cluster.replica(replica).session();
        client.call("join", "{\"room\":\"" + room + "\",\"presence\":true}");
        return client;
    }

    private static List<String> left(SessionClient watcher) {
        return watcher.pushes("@left").stream().map(push -> push.at("/data/id").asText()).toList();
    }

    private List<String> members(int replica) {
        return SessionClient.json(cluster.replica(replica).get("/rooms/" + room + "/members").body())
                .path("members").findValuesAsText("id");
    }
}
