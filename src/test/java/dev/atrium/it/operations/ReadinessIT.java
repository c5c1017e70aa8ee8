package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Readiness: whether new clients are routed to a replica. Drain, warm-up and an unavailable Redis have their own tests, which
 * include readiness.
 */
class ReadinessIT {

    private static void awaitReady(Replica replica, int status, String check) {
        SocketClient.await().untilAsserted(() -> {
            assertThat(replica.management("/q/health/ready").statusCode()).isEqualTo(status);
            assertThat(replica.management("/q/health/ready").body())
                    .containsPattern("\"name\": \"" + check + "\",\\s*\"status\": \"" + (status == 200 ? "UP" : "DOWN") + '"');
        });
        assertThat(replica.management("/q/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void a_full_replica_is_not_ready_until_a_client_disconnects() throws IOException {
        try (Replica replica = Replica.start(Map.of("atrium.limits.connections", "1"))) {
            try (RawSocket only = RawSocket.connect(replica.port(), "/ws")) {
                assertThat(only.status()).isEqualTo(101);
                awaitReady(replica, 503, "connections");
            }
            awaitReady(replica, 200, "connections");
        }
    }

    @Test
    void a_replica_that_does_not_receive_its_own_publications_is_not_ready() {
        try (RedisProcess redis = RedisProcess.start(); Replica replica = Replica.with(redis)) {
            redis.command("ACL SETUSER atrium -subscribe");
            redis.command("CLIENT KILL TYPE pubsub");
            awaitReady(replica, 503, "backplane");
            assertThat(replica.management("/q/health/ready").body()).contains("\"redis\": \"deaf\"");
            assertThat(replica.metric("atrium_backplane_up")).isZero();
            redis.command("ACL SETUSER atrium +subscribe");
            awaitReady(replica, 200, "backplane");
        }
    }

    @Test
    void a_redis_that_is_killed_and_restarted_takes_no_replica_out() {
        try (RedisProcess redis = RedisProcess.startDurable(); Replica replica = Replica.with(redis)) {
            redis.stop();
            SocketClient.await().until(() -> replica.metric("atrium_backplane_up") == 0);
            awaitReady(replica, 200, "backplane");
            assertThat(replica.management("/q/health/ready").body()).contains("\"redis\": \"away\"");
            redis.resume();
            SocketClient.await().until(() -> {
                assertThat(replica.management("/q/health/ready").statusCode()).as("at any moment until it is back")
                        .isEqualTo(200);
                return replica.metric("atrium_backplane_up") == 1;
            });
        }
    }

    @Test
    void a_redis_that_hangs_for_a_while_takes_no_replica_out() {
        try (RedisProcess redis = RedisProcess.start(); Replica replica = Replica.with(redis)) {
            redis.freeze();
            SocketClient.await().until(() -> {
                assertThat(replica.management("/q/health/ready").statusCode()).as("at any moment").isEqualTo(200);
                return replica.log().contains("connection is down");
            });
            redis.thaw();
            SocketClient.await().until(() -> {
                assertThat(replica.management("/q/health/ready").statusCode()).as("at any moment").isEqualTo(200);
                return replica.metric("atrium_backplane_up") == 1;
            });
        }
    }
}
