package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Connection state recovery on another replica, over Redis. */
class RedisRecoveryIT extends RecoveryContract {

    RedisRecoveryIT() {
        super(Cluster.overRedis(2, SETTINGS));
    }

    @Test
    void a_client_of_a_replica_that_was_killed_continues_and_misses_nothing() {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("atrium.backplane", "redis");
        settings.put("quarkus.redis.hosts", cluster().redis().url());
        try (Replica third = Replica.start(settings)) {
            Client before = connect(third, "");
            before.join("killed");
            say("killed", "one");
            before.awaitReceived("one");
            third.kill();
            say("killed", "two");

            Client after = connect(here(), before.auth());

            assertThat(after.isRecoveryOf(before)).isTrue();
            after.awaitReceived("two");
        }
    }

    @Test
    void a_client_that_cannot_recover_while_redis_refuses_recovers_the_next_time() {
        try (SocketClient other = elsewhere().plain("/socket.io/?EIO=4&transport=websocket");
                SocketClient refused = elsewhere().plain("/socket.io/?EIO=4&transport=websocket")) {
            // With it, no new client of the namespace needs Redis.
            other.text("40");
            other.await(2);
            Client before = connect(here(), "");
            before.join("refused-a");
            before.join("refused-b");
            say("refused-b", "long ago");
            letPass(SURELY_APART);
            say("refused-a", "one");
            before.awaitReceived("long ago", "one");
            before.socket.cut();
            cluster().redis().command("ACL SETUSER atrium -xrevrange");
            try {
                refused.text("40" + before.auth());
                assertThat(refused.awaitClose()).isEqualTo(1005);
                assertThat(refused.received()).as("no session in the place of its own").hasSize(1);
            } finally {
                cluster().redis().command("ACL SETUSER atrium +xrevrange");
            }

            Client after = connect(elsewhere(), before.auth());

            assertThat(after.isRecoveryOf(before)).isTrue();
        }
    }
}
