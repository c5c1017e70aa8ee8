package dev.atrium.it.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import dev.atrium.it.fixture.SocketClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Outage and return of Redis while clients publish. */
class RedisOutageIT {

    private static RedisProcess redis;
    private static Replica left;
    private static Replica right;

    @BeforeAll
    static void start() {
        redis = RedisProcess.startDurable();
        left = Replica.with(redis);
        right = Replica.with(redis);
    }

    /** The replicas of all tests are the same: each test begins when they have recovered from the one before. */
    @AfterEach
    void recover() {
        redis.thaw();
        if (!redis.isRunning()) {
            redis.resume();
        }
        awaitBack();
        for (Replica replica : List.of(left, right)) {
            SocketClient.await().until(() -> replica.metric("atrium_memberships") == 0);
        }
    }

    @AfterAll
    static void stop() {
        left.close();
        right.close();
        redis.close();
    }

    @Test
    void while_redis_is_away_send_answers_503_and_no_client_is_disconnected() {
        try (SessionClient ann = left.session(); SessionClient bob = right.session()) {
            ann.join("away");
            bob.join("away");
            redis.stop();
            SocketClient.await().until(() -> code(ann.call("send", "{\"room\":\"away\",\"data\":1}")) == 503);
            assertThat(code(ann.call("heartbeat", "{}"))).isEqualTo(200);
            assertThat(code(ann.join("another"))).isEqualTo(503);
            assertThat(code(ann.call("members", "{\"room\":\"away\"}"))).isEqualTo(503);
            assertThat(left.post("/rooms/away", "x").statusCode()).isEqualTo(503);
            awaitAway(left);
            assertThat(left.management("/q/health/ready").statusCode()).as("no client is better off on another replica")
                    .isEqualTo(200);
            assertThat(left.management("/q/health/ready").body()).containsPattern("\"redis\": *\"away\"");
            assertThat(left.management("/q/health/live").statusCode()).isEqualTo(200);

            redis.resume();
            awaitBack();
            assertThat(code(ann.call("send", "{\"room\":\"away\",\"data\":\"back\"}"))).isEqualTo(200);
            SocketClient.await().until(() -> bob.pushes("message").stream()
                    .anyMatch(m -> m.path("data").asText().equals("back")));
            assertThat(code(ann.join("another"))).isEqualTo(200);
            assertThat(ann.isOpen() && bob.isOpen()).isTrue();
        }
    }

    @Test
    void acknowledged_messages_reach_every_client_in_order_though_redis_restarts_in_the_middle() {
        try (SessionClient ann = left.session(); SessionClient bob = right.session()) {
            ann.join("traffic");
            bob.join("traffic");
            List<Integer> seqs = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                sendFor(Duration.ofMillis(400), ann, seqs);
                redis.stop();
                sendFor(Duration.ofMillis(300), ann, seqs);
                redis.resume();
                awaitBack();
            }
            sendFor(Duration.ofMillis(200), ann, seqs);
            TreeSet<Long> acknowledged = new TreeSet<>();
            for (int seq : seqs) {
                JsonNode reply = ann.reply(seq);
                assertThat(code(reply)).isIn(200, 503);
                if (code(reply) == 200) {
                    assertThat(acknowledged.add(reply.at("/body/offset").asLong())).isTrue();
                }
            }
            assertThat(acknowledged).isNotEmpty();
            long last = acknowledged.last();
            for (SessionClient client : List.of(ann, bob)) {
                SocketClient.await().until(() -> client.pushes("message").stream()
                        .anyMatch(m -> m.path("offset").asLong() == last));
                List<Long> received = client.pushes("message").stream().map(m -> m.path("offset").asLong()).toList();
                assertThat(received).isSorted().doesNotHaveDuplicates().containsAll(acknowledged);
                for (int i = 0; i < received.size(); i++) {
                    assertThat(received.get(i)).isEqualTo(i + 1);
                }
                assertThat(client.pushes("message")).extracting(m -> m.path("epoch").asText())
                        .containsOnly(client.pushes("message").get(0).path("epoch").asText());
            }
        }
    }

    @Test
    void a_plain_socket_s_words_wait_until_redis_is_back() {
        try (SocketClient ann = left.plain("/rooms/patient"); SessionClient bob = right.session()) {
            bob.join("patient");
            SocketClient.await().until(() -> left.metric("atrium_memberships") == 1);
            redis.stop();
            awaitAway(left);
            ann.text("one");
            ann.text("two");
            redis.resume();
            assertThat(bob.pushes("message", 2)).extracting(m -> m.path("data").asText()).containsExactly("one", "two");
            assertThat(ann.isOpen()).isTrue();
        }
    }

    @Test
    void members_are_known_again_when_redis_has_forgotten_everything() {
        try (SessionClient ann = left.session(); SessionClient bob = right.session()) {
            ann.join("forgotten");
            bob.join("forgotten");
            ann.call("send", "{\"room\":\"forgotten\",\"data\":1}");
            String epoch = bob.pushes("message", 1).get(0).path("epoch").asText();
            redis.command("FLUSHALL");
            redis.stop();
            redis.resume();
            SocketClient.await().until(() -> ann.call("members", "{\"room\":\"forgotten\"}").at("/body/members").size() == 2);
            SocketClient.await().until(() -> code(ann.call("send", "{\"room\":\"forgotten\",\"data\":\"new\"}")) == 200);
            JsonNode message = bob.pushes("message", 2).get(1);
            assertThat(message.path("epoch").asText()).isNotEqualTo(epoch);
            assertThat(message.path("offset").asLong()).isEqualTo(1);
        }
    }

    @Test
    void a_redis_that_hangs_is_noticed_and_nothing_blocks() {
        try (SessionClient ann = left.session()) {
            ann.join("hung");
            redis.freeze();
            int seq = ann.send("send", "{\"room\":\"hung\",\"data\":1}");
            assertThat(code(ann.call("heartbeat", "{}"))).isEqualTo(200);
            assertThat(code(ann.reply(seq))).isEqualTo(503);
            awaitAway(left);
            left.awaitLog(" s without an answer of Redis");
            redis.thaw();
            SocketClient.await().until(() -> code(ann.call("send", "{\"room\":\"hung\",\"data\":2}")) == 200);
            SocketClient.await().until(() -> ann.pushes("message").stream().anyMatch(m -> m.path("data").asInt() == 2));
        }
    }

    @Test
    void a_join_that_redis_leaves_unanswered_gets_503_and_the_client_stays_connected() {
        try (SessionClient ann = left.session()) {
            redis.freeze();
            int join = ann.send("join", "{\"room\":\"frozen\"}");
            assertThat(code(ann.reply(join))).isEqualTo(503);
            assertThat(code(ann.call("heartbeat", "{}"))).isEqualTo(200);
            redis.thaw();
            SocketClient.await().until(() -> code(ann.join("frozen")) == 200);
        }
    }

    @Test
    void a_redis_that_restarts_from_an_older_state_begins_a_new_epoch_and_every_client_still_receives() {
        try (SessionClient ann = left.session(); SessionClient bob = right.session()) {
            ann.join("older");
            bob.join("older");
            for (int i = 0; i < 20; i++) {
                ann.call("send", "{\"room\":\"older\",\"data\":" + i + "}");
            }
            String epoch = bob.pushes("message", 20).get(0).path("epoch").asText();
            redis.command("HSET \"atrium:room:{/ older}\" offset 10");
            redis.command("CLIENT KILL TYPE pubsub");
            SocketClient.await().until(() -> {
                ann.call("send", "{\"room\":\"older\",\"data\":\"after\"}");
                return bob.pushes("message").stream().anyMatch(m -> m.path("data").asText().equals("after"));
            });
            JsonNode after = bob.pushes("message").stream().filter(m -> m.path("data").asText().equals("after")).findFirst()
                    .orElseThrow();
            assertThat(after.path("epoch").asText()).isNotEqualTo(epoch);
        }
    }

    @Test
    void messages_of_a_flooding_client_are_not_queued_without_bound_while_redis_is_away() throws Exception {
        try (RawSocket flood = RawSocket.connect(left.port(), "/rooms/flood")) {
            SocketClient.await().until(() -> left.metric("atrium_memberships") == 1);
            redis.stop();
            awaitAway(left);
            // Each write ends one message and begins the next one: within a message Netty's aggregator continues to read on its own.
            byte[] endAndBegin = new byte[14 + 14 + 100_000];
            byte[] end = RawSocket.masked(0x80, new byte[8]);
            byte[] begin = RawSocket.masked(0x02, new byte[100_000]);
            System.arraycopy(end, 0, endAndBegin, 0, end.length);
            System.arraycopy(begin, 0, endAndBegin, end.length, begin.length);
            flood.write(begin);
            AtomicInteger written = new AtomicInteger();
            Thread writer = new Thread(() -> {
                try {
                    while (written.incrementAndGet() < 1_000) {
                        flood.write(endAndBegin);
                    }
                } catch (java.io.IOException e) {
                    // Expected: the server may close the connection.
                }
            });
            writer.setDaemon(true);
            writer.start();
            // Whether the server stops reading or closes the connection, it has taken only a few megabytes and the kernel's buffers.
            int[] before = { -1 };
            SocketClient.await().pollInterval(Duration.ofSeconds(1)).until(() -> {
                boolean still = before[0] == written.get();
                before[0] = written.get();
                return still;
            });
            assertThat(written.get()).isBetween(10, 300);
            assertThat(left.management("/q/health/live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_subscription_that_redis_cuts_is_made_again_and_misses_nothing() {
        try (SessionClient ann = left.session(); SessionClient bob = right.session()) {
            ann.join("cut");
            bob.join("cut");
            for (int i = 0; i < 300; i++) {
                ann.send("send", "{\"room\":\"cut\",\"data\":" + i + "}");
                if (i % 100 == 50) {
                    redis.command("CLIENT KILL TYPE pubsub");
                }
            }
            assertThat(bob.pushes("message", 300)).extracting(m -> m.path("offset").asInt())
                    .containsExactlyElementsOf(java.util.stream.IntStream.rangeClosed(1, 300).boxed().toList());
        }
    }

    @Test
    void a_replica_that_starts_without_redis_waits_for_it() {
        redis.stop();
        try (Replica third = startUnready()) {
            assertThat(third.management("/q/health/live").statusCode()).isEqualTo(200);
            assertThat(third.management("/q/health/ready").statusCode()).isEqualTo(503);
            assertThat(third.plain("/rooms/early").awaitClose()).isEqualTo(1013);
            redis.resume();
            SocketClient.await().until(() -> third.management("/q/health/ready").statusCode() == 200);
            try (SocketClient ann = third.plain("/rooms/early")) {
                SocketClient.await().until(() -> third.metric("atrium_memberships") == 1);
                ann.text("now");
                ann.awaitExactly("now");
            }
        }
    }

    private static void awaitAway(Replica replica) {
        SocketClient.await().until(() -> replica.metric("atrium_backplane_up") == 0);
    }

    private static void awaitBack() {
        SocketClient.await().until(() -> left.metric("atrium_backplane_up") == 1 && right.metric("atrium_backplane_up") == 1);
    }

    private static Replica startUnready() {
        Replica replica = Replica.launch(java.util.Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", redis.url()));
        replica.awaitStarted();
        return replica;
    }

    private static void sendFor(Duration time, SessionClient client, List<Integer> seqs) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            seqs.add(client.send("send", "{\"room\":\"traffic\",\"data\":\"" + seqs.size() + "\"}"));
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    private static int code(JsonNode reply) {
        return reply.path("code").asInt();
    }
}
