package dev.atrium.it.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RedisPair;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Acknowledgements that wait until a replica of Redis has the message. */
class AcknowledgeReplicasIT {

    @Test
    void failovers_under_load_lose_nothing_that_was_acknowledged() throws Exception {
        AcknowledgedFailovers.run(3);
    }

    @Test
    void a_message_that_no_replica_has_is_not_acknowledged() throws Exception {
        try (RedisPair redis = new RedisPair();
                Replica server = Replica.start(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url(),
                        "atrium.redis.acknowledge-replicas", "1"));
                SessionClient ann = server.session()) {
            assertThat(ann.join("lobby").path("code").asInt()).isEqualTo(200);
            assertThat(server.post("/rooms/lobby", "one").statusCode()).isEqualTo(201);
            // Longer than a connection that receives nothing is kept.
            Awaitility.await().pollDelay(Duration.ofSeconds(7)).until(() -> true);
            assertThat(server.metric("atrium_backplane_reconnects_total")).isZero();
            redis.holdBackReplication();
            Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                HttpResponse<String> reply = server.post("/rooms/lobby", "two");
                assertThat(reply.statusCode()).isEqualTo(503);
                assertThat(reply.body()).contains("whether it was done is not known");
            });
            assertThat(server.metric("atrium_backplane_problem{reason=\"NOREPLICAS\"}")).isEqualTo(1);
            assertThat(ann.join("another").path("code").asInt()).as("only publications wait").isEqualTo(200);
            redis.failOver();
            redis.restore();
            SocketClient.await().until(() -> server.post("/rooms/lobby", "three").statusCode() == 201);
            SocketClient.await()
                    .until(() -> ann.pushes("message").stream().anyMatch(m -> m.path("data").asText().equals("three")));
        }
    }
}
