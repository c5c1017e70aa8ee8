package dev.atrium.it.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A replica that sleeps past its lease, as a suspended virtual machine does, and wakes up. */
class SleepingReplicaIT {

    private static final Duration LEASE = Duration.ofSeconds(3);

    private static RedisProcess redis;
    private static Replica left;
    private static Replica right;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        Map<String, String> settings = Tokens.required(Map.of("atrium.auth.mode", "open", "atrium.permissions.everyone",
                "*:join send presence admin", "atrium.backplane", "redis", "quarkus.redis.hosts", redis.url(),
                "atrium.redis.lease", LEASE.toSeconds() + "s", "atrium.heartbeat.timeout", "2s", "atrium.heartbeat.interval",
                "2s"));
        left = Replica.start(settings);
        right = Replica.start(settings);
    }

    @AfterEach
    void wake() {
        left.signal("CONT");
        // For a moment it refuses new connections, because its event loops have stood still.
        SocketClient.await().until(() -> left.givenManagement().get("/q/health/ready").statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        Stream.of(left, right).filter(Objects::nonNull).forEach(Replica::close);
        redis.close();
    }

    @Test
    void sessions_that_were_resumed_elsewhere_meanwhile_stay_there() {
        try (SessionClient observer = right.session();
                SessionClient before = left.session();
                SessionClient staying = left.session();
                SessionClient after = right.session()) {
            observer.call("join", "{\"room\":\"resumed\",\"presence\":true}");
            before.join("resumed");
            staying.join("resumed");
            String token = before.welcome().path("resume").asText();
            awaitSettled();
            left.signal("STOP");
            // So that it never receives the other replica's request to end the old connection.
            redis.command("CLIENT KILL TYPE pubsub");
            SocketClient.await().until(() -> !members(observer, "resumed").contains(before.id()));
            SocketClient.await().until(() -> observer.pushes("@left").size() == 2);
            assertThat(after.call("resume", "{\"token\":\"" + token + "\"}").path("code").asInt()).isEqualTo(200);
            SocketClient.await().until(() -> members(observer, "resumed").contains(before.id()));
            left.signal("CONT");

            Awaitility.await().atMost(LEASE.plusSeconds(1))
                    .until(() -> Set.copyOf(members(observer, "resumed"))
                            .equals(Set.of(observer.id(), staying.id(), before.id())));
            // The old connection times out, and its replica must not announce that as a departure.
            SocketClient.await().until(() -> left.metric("atrium_memberships") <= 1);
            Awaitility.await().during(LEASE).atMost(LEASE.plusSeconds(5))
                    .until(() -> members(observer, "resumed").contains(before.id()));
            assertThat(observer.pushes("@left")).as("each was announced once").hasSize(2);
            String stored = redis.reply("GET \"atrium:session:{" + token.substring(0, 6) + "}:" + token + "\"");
            assertThat(stored).as("the old token leads to the new one").contains("\r\n@");
            try (SessionClient third = right.session()) {
                assertThat(third.call("resume", "{\"token\":\"" + token + "\"}").at("/body/id").asText())
                        .isEqualTo(before.id());
                assertThat(after.closeReason()).isEqualTo("resumed on another connection");
            }
        }
    }

    @Test
    void members_whose_clients_waited_are_members_again() {
        try (SessionClient observer = right.session(); SessionClient waiting = left.session()) {
            observer.join("waiting");
            waiting.join("waiting");
            awaitSettled();
            left.signal("STOP");
            SocketClient.await().until(() -> !members(observer, "waiting").contains(waiting.id()));
            left.signal("CONT");
            Awaitility.await().atMost(LEASE.plusSeconds(1)).until(() -> members(observer, "waiting").contains(waiting.id()));
        }
    }

    @Test
    void sessions_that_are_ended_while_their_replica_is_taken_for_dead_end_when_it_wakes_up() {
        try (SessionClient ann = left.session(); SessionClient one = left.session(); SessionClient staying = left.session()) {
            String token = "{\"token\":\"" + Tokens.of("ann", "lobby:join") + "\"}";
            assertThat(ann.call("auth", token).path("code").asInt()).isEqualTo(200);
            awaitSettled();
            left.signal("STOP");
            redis.command("CLIENT KILL TYPE pubsub");
            String ofAnn = "/users/ann/sessions?ns=/";
            assertThat(right.given().delete(ofAnn).statusCode()).as("it may be alive").isEqualTo(503);
            SocketClient.await().until(() -> right.given().delete(ofAnn).statusCode() == 200);
            right.given().delete("/sessions/" + one.id()).then().statusCode(204);
            left.signal("CONT");
            assertThat(ann.awaitClose()).isEqualTo(4401);
            assertThat(one.awaitClose()).isEqualTo(1008);
            assertThat(staying.call("heartbeat", "{}").path("code").asInt()).isEqualTo(200);
        }
    }

    /** A replica that has just started does not yet take others for dead. */
    private void awaitSettled() {
        Awaitility.await().pollDelay(LEASE.plusSeconds(1)).until(() -> true);
    }

    private static List<String> members(SessionClient client, String room) {
        JsonNode members = client.call("members", "{\"room\":\"" + room + "\"}").at("/body/members");
        return StreamSupport.stream(members.spliterator(), false).map(member -> member.path("id").asText()).toList();
    }
}
