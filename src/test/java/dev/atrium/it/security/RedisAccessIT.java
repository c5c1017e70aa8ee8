package dev.atrium.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.StreamClient;
import dev.atrium.it.fixture.Tokens;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Access control with more than one replica. */
class RedisAccessIT {

    private static final String ADMIN = "the secret of an administrator";

    private static SessionClient connect(Replica replica, String user) {
        SessionClient client = replica.session();
        assertThat(client.call("auth", "{\"token\":\"" + Tokens.of(user, "lobby:join") + "\"}").path("code").asInt())
                .isEqualTo(200);
        return client;
    }

    @Test
    void revoking_a_user_ends_its_sessions_on_every_replica_and_nobody_else_s() {
        try (RedisProcess redis = RedisProcess.start()) {
            Map<String, String> settings = Tokens
                    .required(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url(),
                            "atrium.api-keys.operator.key", ADMIN, "atrium.api-keys.operator.rooms", "/* *:admin"));
            try (Replica one = Replica.start(settings);
                    Replica two = Replica.start(settings);
                    SessionClient here = connect(one, "ann");
                    SessionClient there = connect(two, "ann");
                    StreamClient stream = two.stream("/rooms/lobby", "Accept", "text/event-stream",
                            "Authorization", "Bearer " + Tokens.of("ann", "lobby:join"));
                    SessionClient bob = connect(two, "bob")) {
                HttpResponse<String> answer = one.request("DELETE", "/users/ann/sessions", "X-API-Key", ADMIN);
                assertThat(answer.body()).isEqualTo("{\"ended\":3}");
                assertThat(here.awaitClose()).isEqualTo(4401);
                assertThat(there.awaitClose()).isEqualTo(4401);
                stream.awaitEnd();
                assertThat(bob.call("heartbeat", "{}").path("code").asInt()).isEqualTo(200);
                assertThat(one.request("DELETE", "/users/ann/sessions", "X-API-Key", ADMIN).body()).isEqualTo("{\"ended\":0}");
            }
        }
    }

    @Test
    void a_poll_that_is_forwarded_was_judged_where_it_came_in() {
        try (RedisProcess redis = RedisProcess.start()) {
            Map<String, String> settings = Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url(),
                    "atrium.origins", "https://app.example.com");
            try (Replica one = Replica.start(settings); Replica two = Replica.start(settings)) {
                String path = "/socket.io/?EIO=4&transport=polling";
                String sid = one.request("GET", path, "Origin", one.http("")).body().substring(9, 29);
                // The origin of the replica itself, as if the load balancer had the same name for both replicas.
                assertThat(two.post(path + "&sid=" + sid, "40").statusCode()).isEqualTo(200);
                assertThat(two.request("GET", path + "&sid=" + sid, "Origin", two.http("")).statusCode()).isEqualTo(200);
                assertThat(two.post(path + "&sid=" + sid, "42[\"join\",\"lobby\"]").statusCode()).isEqualTo(200);
                assertThat(two.post(path + "&sid=" + sid, "42[\"message\",\"hello\"]").statusCode()).isEqualTo(200);
                HttpResponse<String> poll = two.request("GET", path + "&sid=" + sid, "Origin", "https://app.example.com");
                assertThat(poll.statusCode()).isEqualTo(200);
                assertThat(poll.headers().allValues("access-control-allow-origin")).containsExactly("https://app.example.com");
                assertThat(two.request("GET", path + "&sid=" + sid, "Origin", "https://evil.example.com").statusCode())
                        .isEqualTo(403);
            }
        }
    }
}
