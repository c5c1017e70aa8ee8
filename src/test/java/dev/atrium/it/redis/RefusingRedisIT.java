package dev.atrium.it.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Redis that replies, and refuses. */
class RefusingRedisIT {

    private static final Duration LEASE = Duration.ofSeconds(3);

    private static RedisProcess redis;
    private static Replica left;
    private static Replica right;

    @BeforeAll
    static void start() {
        redis = RedisProcess.startDurable();
        Map<String, String> settings = Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url(),
                "atrium.redis.lease", LEASE.toSeconds() + "s");
        left = Replica.start(settings);
        right = Replica.start(settings);
    }

    @AfterEach
    void recover() {
        for (Replica replica : List.of(left, right)) {
            SocketClient.await().until(() -> replica.metric("atrium_backplane_up") == 1
                    && replica.metric("atrium_memberships") == 0);
        }
    }

    @AfterAll
    static void stop() {
        left.close();
        right.close();
        redis.close();
    }

    /** @param outlasts whether Redis refuses for longer than the lease; NOREPLICAS then does the same as OOM */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
            "OOM        | CONFIG SET maxmemory 1              | CONFIG SET maxmemory 0                | true",
            "NOREPLICAS | CONFIG SET min-replicas-to-write 1  | CONFIG SET min-replicas-to-write 0    | false",
            "READONLY   | REPLICAOF 127.0.0.1 1               | REPLICAOF NO ONE                      | true",
            "NOPERM     | ACL SETUSER atrium -set -evalsha    | ACL SETUSER atrium +set +evalsha      | true",
    })
    void a_redis_that_refuses_writes_is_reported_and_no_member_is_declared_gone(String reason, String refuse, String accept,
            boolean outlasts) {
        try (SessionClient ann = left.session(); SessionClient bob = right.session()) {
            ann.call("join", "{\"room\":\"lobby\",\"presence\":true}");
            bob.call("join", "{\"room\":\"lobby\",\"presence\":true}");
            ann.pushes("@joined", 1);
            int logged = left.log().length();
            double reconnects = left.metric("atrium_backplane_reconnects_total");
            redis.command(refuse);
            try {
                SocketClient.await().until(() -> left.metric("atrium_backplane_problem{reason=\"" + reason + "\"}") == 1);
                assertThat(left.metric("atrium_backplane_up")).isZero();
                assertThat(left.metric("atrium_backplane_works{kind=\"lease\"}")).isZero();
                assertThat(left.management("/q/health/ready").statusCode()).as("no client is better off elsewhere")
                        .isEqualTo(200);
                assertThat(left.management("/q/health/ready").body()).contains(reason);
                assertThat(left.post("/rooms/lobby", "x").statusCode()).isEqualTo(503);
                assertThat(left.metric("atrium_backplane_works{kind=\"publish\"}")).isZero();
                JsonNode reply = ann.call("send", "{\"room\":\"lobby\",\"data\":1}");
                assertThat(reply.path("code").asInt()).isEqualTo(503);
                assertThat(reply.path("message").asText()).as("Redis has said that it was not done")
                        .doesNotContain("not known");
                if (outlasts) {
                    // Longer than the lease, which no replica can renew.
                    Awaitility.await().pollDelay(LEASE.plusSeconds(2)).until(() -> true);
                }
            } finally {
                redis.command(accept);
            }
            SocketClient.await()
                    .until(() -> left.metric("atrium_backplane_up") == 1 && right.metric("atrium_backplane_up") == 1);
            SocketClient.await().until(() -> ann.call("send", "{\"room\":\"lobby\",\"data\":2}").path("code").asInt() == 200);
            bob.pushes("message", 1);
            Awaitility.await().during(outlasts ? LEASE : Duration.ZERO).atMost(LEASE.plusSeconds(5))
                    .until(() -> ann.call("members", "{\"room\":\"lobby\"}").at("/body/members").size() == 2);
            for (SessionClient each : List.of(ann, bob)) {
                assertThat(each.pushes("@left")).isEmpty();
                assertThat(each.pushes("message")).hasSize(1);
                assertThat(each.isOpen()).isTrue();
            }
            List<String> warnings = left.log().substring(logged).lines().filter(line -> line.contains("WARN")).toList();
            assertThat(warnings).anySatisfy(line -> assertThat(line).contains(reason)).hasSizeLessThan(6);
            assertThat(left.metric("atrium_backplane_reconnects_total") - reconnects).isLessThan(8);
        }
    }

    @Test
    void a_redis_that_takes_no_more_clients_is_named_and_nothing_else_is_logged() throws IOException {
        int logged = left.log().length();
        // It is the only client that Redis takes.
        try (Socket admin = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
            send(admin, "CONFIG SET maxclients 1\r\nCLIENT KILL USER atrium");
            try {
                left.awaitLog("no answer to the handshake within 5 s: Redis hangs, or has as many clients as its maxclients");
                assertThat(left.log().substring(logged)).doesNotContain("ERROR");
            } finally {
                send(admin, "CONFIG SET maxclients 10000");
            }
        }
    }

    private static void send(Socket socket, String commands) throws IOException {
        socket.getOutputStream().write((commands + "\r\n").getBytes());
        socket.getInputStream().read();
    }

    @Test
    void a_script_of_another_program_makes_no_replica_unready() throws IOException {
        redis.command("CONFIG SET lua-time-limit 100");
        try (Socket other = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
            other.getOutputStream().write("EVAL \"while true do end\" 0\r\n".getBytes());
            SocketClient.await().until(() -> left.metric("atrium_backplane_problem{reason=\"BUSY\"}") == 1);
            // Three seconds without a probe, and five without a byte on the subscription.
            Awaitility.await().during(Duration.ofSeconds(8)).atMost(Duration.ofSeconds(12))
                    .until(() -> left.management("/q/health/ready").statusCode() == 200);
        } finally {
            redis.command("SCRIPT KILL");
            redis.command("CONFIG SET lua-time-limit 5000");
        }
        Awaitility.await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(8))
                .until(() -> left.management("/q/health/ready").statusCode() == 200);
    }

    @Test
    void a_password_that_was_changed_is_named() {
        redis.command("ACL SETUSER atrium resetpass >changed");
        try {
            redis.command("CLIENT KILL USER atrium");
            SocketClient.await().until(() -> left.metric("atrium_backplane_up") == 0);
            left.awaitLog("WRONGPASS");
        } finally {
            redis.command("ACL SETUSER atrium resetpass >secret");
        }
    }
}
