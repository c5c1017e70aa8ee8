package dev.atrium.it.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.Replica;
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
}
