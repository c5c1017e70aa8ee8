package dev.atrium.it.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Redis with Sentinel, and what is not supported. */
class SentinelIT {

    @Test
    void when_sentinel_replaces_the_primary_no_client_is_disconnected_and_what_was_acknowledged_is_received() {
        try (RedisProcess primary = RedisProcess.start(); RedisProcess second = RedisProcess.start()) {
            second.replicate(primary.port());
            try (RedisProcess sentinel = RedisProcess.startSentinel(primary)) {
                Awaitility.await().atMost(Duration.ofSeconds(20))
                        .until(() -> sentinel.info("sentinel").contains("slaves=1"));
                Map<String, String> settings = Map.of("atrium.backplane", "redis",
                        "quarkus.redis.hosts", sentinel.adminUrl(), "quarkus.redis.client-type", "sentinel",
                        "quarkus.redis.master-name", "mymaster", "atrium.redis.acknowledge-replicas", "0");
                try (Replica left = Replica.start(settings);
                        Replica right = Replica.start(settings);
                        SessionClient ann = left.session();
                        SessionClient bob = right.session()) {
                    ann.join("lobby");
                    bob.join("lobby");
                    List<String> acknowledged = new ArrayList<>();
                    publish(left, 20, acknowledged);
                    assertThat(primary.command("WAIT 1 5000")).isEqualTo(":1");
                    primary.stop();
                    publish(left, 20, acknowledged);
                    publish(right, 20, acknowledged);
                    for (SessionClient each : List.of(ann, bob)) {
                        SocketClient.await().until(() -> received(each).containsAll(acknowledged));
                        assertThat(received(each)).doesNotHaveDuplicates();
                        assertThat(each.pushes("@gap")).isEmpty();
                        assertThat(each.isOpen()).isTrue();
                    }
                    assertThat(ann.call("members", "{\"room\":\"lobby\"}").at("/body/members")).hasSize(2);
                }
            }
        }
    }

    @Test
    void a_node_of_a_cluster_stops_the_start_in_one_line() {
        try (RedisProcess node = RedisProcess.startClusterNode();
                Replica replica = Replica.launch(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", node.url()))) {
            assertThat(replica.exitCode()).isNotZero();
            assertThat(replica.log().lines().filter(line -> line.contains("quarkus.redis.hosts"))).singleElement()
                    .satisfies(line -> assertThat(line).contains("Redis Cluster", "not supported"));
            assertThat(replica.log()).doesNotContain("\tat ");
        }
    }

    @Test
    void a_client_of_a_cluster_stops_the_start_in_one_line() {
        try (Replica replica = Replica.launch(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", "redis://127.0.0.1:1",
                "quarkus.redis.client-type", "cluster"))) {
            assertThat(replica.exitCode()).isNotZero();
            assertThat(replica.log().lines().filter(line -> line.contains("quarkus.redis.client-type"))).singleElement()
                    .satisfies(line -> assertThat(line).contains("sentinel", "not supported"));
            assertThat(replica.log()).doesNotContain("\tat ");
        }
    }

    private static void publish(Replica replica, int count, List<String> acknowledged) {
        for (int i = 0; i < count; i++) {
            String message = "m" + acknowledged.size();
            Awaitility.await().atMost(Duration.ofSeconds(40))
                    .until(() -> replica.post("/rooms/lobby", message).statusCode() == 201);
            acknowledged.add(message);
        }
    }

    private static List<String> received(SessionClient client) {
        return client.pushes("message").stream().map(message -> message.path("data").asText()).toList();
    }
}
