package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Connection state recovery with rooms in memory. */
class MemoryRecoveryIT extends RecoveryContract {

    MemoryRecoveryIT() {
        super(Cluster.inMemory(SETTINGS));
    }

    @Test
    void a_client_whose_recovery_fails_has_opened_its_namespace_once() {
        try (Replica replica = Replica.start(
                Map.of("atrium.socketio.connection-state-recovery", "true", "atrium.limits.new-rooms", "1"));
                SocketClient client = replica.plain("/socket.io/?EIO=4&transport=websocket")) {
            client.text("40/alone,{\"pid\":\"nobody\",\"offset\":\"1.e.1.lobby\"}");
            assertThat(client.await(2).get(1)).startsWith("40/alone,{\"sid\"");
            client.text("40/second,");
            assertThat(client.await(3).get(2)).startsWith("44/second,").contains("\"code\":429");
        }
    }
}
