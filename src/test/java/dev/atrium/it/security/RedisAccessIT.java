package dev.atrium.it.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.StreamClient;
import dev.atrium.it.fixture.Tokens;
import io.restassured.response.Response;
import java.util.List;
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
    void revoking_a_user_ends_its_sessions_on_every_replica_and_no_others() {
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
                one.given().header("X-API-Key", ADMIN).delete("/users/ann/sessions").then().body(equalTo("{\"ended\":3}"));
                assertThat(here.awaitClose()).isEqualTo(4401);
                assertThat(there.awaitClose()).isEqualTo(4401);
                stream.awaitEnd();
                assertThat(bob.call("heartbeat", "{}").path("code").asInt()).isEqualTo(200);
                one.given().header("X-API-Key", ADMIN).delete("/users/ann/sessions").then().body(equalTo("{\"ended\":0}"));
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
                String session = path + "&sid="
                        + one.given().header("Origin", one.http("")).get(path).asString().substring(9, 29);
                two.given().contentType("text/plain").body("40").post(session).then().statusCode(200);
                // The origin of the replica itself, as if the load balancer had the same name for both replicas.
                two.given().header("Origin", two.http("")).get(session).then().statusCode(200);
                for (String packet : List.of("42[\"join\",\"lobby\"]", "42[\"message\",\"hello\"]")) {
                    two.given().contentType("text/plain").body(packet).post(session).then().statusCode(200);
                }
                Response poll = two.given().header("Origin", "https://app.example.com").get(session);
                poll.then().statusCode(200);
                assertThat(poll.headers().getValues("access-control-allow-origin"))
                        .containsExactly("https://app.example.com");
                two.given().header("Origin", "https://evil.example.com").get(session).then().statusCode(403);
            }
        }
    }
}
