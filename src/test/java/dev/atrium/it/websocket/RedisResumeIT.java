package dev.atrium.it.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.HostileProxy;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
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

    @Test
    void a_session_exists_after_its_replica_was_killed_until_it_has_ended() {
        String id;
        try (SessionClient bob = elsewhere().session()) {
            id = bob.id();
            cluster().kill(1);
            assertThat(here().post("/rooms/" + id, "hello").statusCode()).isEqualTo(201);
            String never = id.substring(0, 20) + (id.endsWith("_") ? "-" : "_");
            assertThat(here().post("/rooms/" + never, "hello").statusCode()).isEqualTo(404);
            try (SessionClient again = here().session()) {
                assertThat(again.call("resume", "{\"token\":\"" + bob.welcome().path("resume").asText() + "\"}").path("code")
                        .asInt()).isEqualTo(200);
                assertThat(here().post("/rooms/" + id, "hello").statusCode()).isEqualTo(201);
            }
            SocketClient.await().until(() -> here().post("/rooms/" + id, "hello").statusCode() == 404);
        } finally {
            cluster().restart(1);
        }
    }

    @Test
    void a_resume_whose_answer_redis_could_not_deliver_can_be_repeated_on_any_replica() throws IOException {
        try (HostileProxy proxy = new HostileProxy(cluster().redis().port())) {
            Map<String, String> settings = new HashMap<>(SETTINGS);
            settings.putAll(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", RedisProcess.urlOn(proxy.port())));
            try (Replica third = Replica.start(settings); SessionClient waiting = third.session()) {
                SessionClient before = here().session();
                before.join("lobby");
                String token = before.welcome().path("resume").asText();
                before.cut();
                SocketClient.await().until(() -> here().metric("atrium_memberships") == 0);

                proxy.swallowAnswers();
                int resume = waiting.send("resume", "{\"token\":\"" + token + "\"}");
                String key = "atrium:session:{" + token.substring(0, 6) + "}:" + token;
                SocketClient.await().until(() -> cluster().redis().reply("GETRANGE " + key + " 0 0").contains("@"));
                proxy.cut();
                assertThat(waiting.reply(resume).path("code").asInt()).isEqualTo(503);
                proxy.heal();

                try (SessionClient after = elsewhere().session()) {
                    JsonNode resumed = after.call("resume", "{\"token\":\"" + token + "\"}");
                    assertThat(resumed.path("code").asInt()).as(resumed.toString()).isEqualTo(200);
                    assertThat(resumed.at("/body/id").asText()).isEqualTo(before.id());
                }
            }
        }
    }
}
