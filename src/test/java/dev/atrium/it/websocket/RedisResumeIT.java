package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import org.junit.jupiter.api.Test;

/** Resuming sessions on another replica, over Redis. */
class RedisResumeIT extends ResumeContract {

    RedisResumeIT() {
        super(Cluster.overRedis(2, SETTINGS));
    }

    @Test
    void a_session_that_redis_had_no_room_for_is_kept_as_soon_as_it_has() {
        here().session().close();
        RedisProcess redis = cluster().redis();
        assertThat(redis.command("CONFIG SET maxmemory 1")).isEqualTo("+OK");
        try (SessionClient before = here().session()) {
            assertThat(redis.command("CONFIG SET maxmemory 0")).isEqualTo("+OK");
            String token = before.welcome().path("resume").asText();
            SocketClient.await().untilAsserted(() -> {
                try (SessionClient after = elsewhere().session()) {
                    assertThat(after.call("resume", "{\"token\":\"" + token + "\"}").path("code").asInt()).isEqualTo(200);
                }
            });
        } finally {
            redis.command("CONFIG SET maxmemory 0");
        }
    }
}
