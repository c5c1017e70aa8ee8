package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.Settings;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Node;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is kept in Redis while it uses more than it may, and how large it is at the most. */
class RedisMemoryIT {

    private static final int ROOMS = 1_000;
    private static final int NAME_BYTES = 255;
    private static final RoomId ROOM = RoomId.of("/", "lobby");

    private static final RedisKeys KEYS = new RedisKeys("atrium", 0);
    private static final Node NODE = Node.create();
    private static RedisProcess redis;
    private static Vertx vertx;
    private static Redis client;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        vertx = Vertx.vertx();
        client = Redis.createClient(vertx, redis.adminUrl());
    }

    @AfterAll
    static void stop() {
        vertx.close();
        redis.close();
    }

    private static RedisBackplane backplane(Map<String, String> settings) {
        RedisBackplane backplane = RedisBackplane.start(Settings.backplane(settings), Settings.history(), NODE, vertx,
                Redis.createClient(vertx, redis.url()), 0);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> backplane.status().isReceiving());
        return backplane;
    }

    private static long send(Command command, String... args) {
        Request request = Request.cmd(command);
        for (String arg : args) {
            request.arg(arg);
        }
        return client.send(request).toCompletionStage().toCompletableFuture().join().toLong();
    }

    private static String release(RedisBackplane backplane, Map<String, Boolean> rooms) {
        String token = backplane.sessions().newToken();
        backplane.sessions().save(new SavedSession(token, new Sender("~" + token, "ann"), "/", rooms, Set.of())).await()
                .indefinitely();
        backplane.sessions().release(token).await().indefinitely();
        return KEYS.session(NODE.name(), token);
    }

    private static String publish(RedisBackplane backplane, RoomId room, String key) {
        backplane.publish(new Publication(room, "message", new Data.Text("x"), null, true, key)).await().indefinitely();
        return KEYS.once(room, key);
    }

    @Test
    void a_full_redis_keeps_disconnected_sessions_and_idempotency_keys_for_a_shorter_time() {
        RedisBackplane full = backplane(Map.of("atrium.redis.max-memory", "1"));
        try {
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(
                    () -> send(Command.PTTL, release(full, Map.of("a", false))) <= Duration.ofMinutes(2).toMillis() / 64);
            assertThat(send(Command.PTTL, publish(full, ROOM, "key")))
                    .isBetween(Duration.ofSeconds(140).toMillis(), Duration.ofSeconds(150).toMillis());
        } finally {
            full.close();
        }
    }

    @Test
    void a_full_redis_drops_large_messages_and_tells_what_is_missing() {
        RedisBackplane full = backplane(Map.of("atrium.redis.max-memory", "1"));
        RoomId room = RoomId.of("/", "shortened");
        Data large = new Data.Text("x".repeat(200_000));
        try {
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(
                    () -> send(Command.PTTL, release(full, Map.of("a", false))) <= Duration.ofMinutes(2).toMillis() / 64);
            for (int i = 1; i <= 3; i++) {
                assertThat(full.publish(new Publication(room, "message", large, null, true)).await().indefinitely().position()
                        .offset()).isEqualTo(i);
            }
            History history = full.history(room, HistoryQuery.after(0, 10)).await().indefinitely();
            assertThat(history.messages()).as("each is larger than what a room may keep").isEmpty();
            assertThat(history.droppedMicros()).isPositive();
            IntStream.range(0, 200).forEach(i -> publish(full, room, "key" + i));
            history = full.history(room, new HistoryQuery(-1, Long.MAX_VALUE, 1_000)).await().indefinitely();
            assertThat(history.messages()).hasSizeLessThan(200);
            assertThat(history.droppedMicros()).isGreaterThanOrEqualTo(history.messages().get(0).atMicros());
        } finally {
            full.close();
        }
    }

    /** The figures of docs/operations.md. */
    @Test
    void the_largest_session_and_the_largest_idempotency_key_take_what_is_documented() {
        RedisBackplane backplane = backplane(Map.of());
        try {
            Map<String, Boolean> rooms = new HashMap<>();
            Map<String, Boolean> escaped = new HashMap<>();
            for (int i = 0; i < ROOMS; i++) {
                String number = Integer.toString(i);
                rooms.put("r".repeat(NAME_BYTES - number.length()) + number, false);
                escaped.put("\"".repeat(NAME_BYTES - number.length()) + number, false);
            }
            assertThat(usage(release(backplane, rooms))).isLessThan(350_000);
            assertThat(usage(release(backplane, escaped))).isLessThan(700_000);
            RoomId longest = RoomId.of("/" + "n".repeat(NAME_BYTES - 1), "r".repeat(NAME_BYTES));
            assertThat(usage(publish(backplane, longest, "}".repeat(64)))).isLessThan(1_500);
        } finally {
            backplane.close();
        }
    }

    private static long usage(String key) {
        return send(Command.MEMORY, "USAGE", key);
    }
}
