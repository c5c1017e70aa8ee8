package dev.atrium.it.socketio;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.Nginx;
import dev.atrium.it.fixture.Node;
import dev.atrium.it.fixture.Replica;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Stock client of npm in Node, on one replica and on two behind a proxy without sticky sessions. */
class NodeClientIT {

    private static final Map<String, String> SETTINGS = Map.of("atrium.engineio.max-payload", "1M");

    @Test
    void stock_clients_work_with_one_replica_in_memory() {
        try (Replica replica = Replica.start(SETTINGS)) {
            Node.run("stock-client.mjs", replica.http(""));
        }
    }

    @Test
    void stock_clients_work_with_two_replicas_behind_a_proxy() {
        try (Cluster cluster = Cluster.overRedis(2, SETTINGS);
                Nginx nginx = Nginx.before(cluster.replica(0), cluster.replica(1))) {
            Node.run("stock-client.mjs", nginx.http(""));
        }
    }
}
