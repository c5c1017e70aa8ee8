package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.backplane.RecordingSubscriber;
import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.Settings;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.room.Data;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What changes while a replica writes all of its state again, which takes a while for many sessions. */
class RedisRepublishIT {

    /** So many that some hundred changes are made before their turn comes. */
    private static final int MANY = 20_000;
    private static final int CHANGED = 300;

    private static final RoomId ROOM = new RoomId("/", "lobby");

    private final RedisKeys keys = new RedisKeys("atrium", 0);
    private final Node node = Node.create();
    private RedisProcess redis;
    private Vertx vertx;
    private RedisBackplane backplane;

    @BeforeEach
    void start() {
        redis = RedisProcess.start();
        vertx = Vertx.vertx();
        backplane = RedisBackplane.start(Settings.backplane(), Settings.history(), node, vertx,
                Redis.createClient(vertx, redis.url()), 0);
        await().until(() -> backplane.status().isReceiving());
    }

    @AfterEach
    void stop() {
        backplane.close();
        vertx.close();
        redis.close();
    }

    @Test
    void a_session_keeps_the_room_that_it_joined_meanwhile() {
        List<SavedSession> all = IntStream.range(0, MANY).mapToObj(i -> session(node.newToken(), node.newSessionId(), Map.of()))
                .toList();
        done(all.stream().map(backplane.sessions()::save));
        loseAndAwaitFirst(keys.sessions(node.name()));
        List<SavedSession> joined = some(all).stream()
                .map(session -> session(session.token(), session.self().id(), Map.of("lobby", false))).toList();
        done(joined.stream().map(backplane.sessions()::save));
        assertThat(size(keys.sessions(node.name()))).as("the others wait").isLessThan(MANY);
        await().until(() -> size(keys.sessions(node.name())) == MANY);
        for (SavedSession session : joined) {
            assertThat(backplane.sessions().resume(session.token(), session.namespace(), session.self().user()).await()
                    .indefinitely().rooms())
                    .containsKey("lobby");
        }
    }

    @Test
    void a_member_that_has_left_meanwhile_is_not_listed() {
        List<Sender> all = IntStream.range(0, MANY).mapToObj(i -> new Sender(node.newSessionId(), null)).toList();
        done(all.stream().map(member -> backplane.enter(ROOM, new Presence(member, 1))));
        loseAndAwaitFirst(keys.members(ROOM));
        List<Sender> left = some(all);
        done(left.stream().map(member -> backplane.exit(ROOM, member)));
        await().until(() -> size(keys.members(ROOM)) >= MANY - CHANGED);
        assertThat(backplane.members(ROOM).await().indefinitely()).extracting(Presence::who)
                .hasSize(MANY - CHANGED).doesNotContainAnyElementsOf(left);
    }

    @Test
    void no_session_is_said_not_to_exist_while_redis_has_been_flushed_on_open_connections() {
        Sender ann = new Sender(node.newSessionId(), null);
        RoomId own = new RoomId("/", ann.id());
        backplane.subscribe(own, new RecordingSubscriber());
        await().until(() -> size(keys.connected(node.name())) == 2);
        String history = redis.reply("HGET " + keys.server() + " history");
        redis.command("FLUSHALL");
        Publication publication = new Publication(own, "message", new Data.Text("x"), null, true).toExistingSession();
        // Its connection may just be made again, because the lease is gone, too.
        assertThat(backplane.publish(publication).onFailure(BackplaneUnavailableException.class).retry()
                .withBackOff(Duration.ofMillis(50)).expireIn(5_000).await().indefinitely().position().offset()).isPositive();
        await().until(() -> redis.command("EXISTS " + keys.server()).equals(":1"));
        assertThat(redis.reply("HGET " + keys.server() + " history")).isNotEqualTo(history);
    }

    @Test
    void a_message_to_a_session_that_moved_is_received_though_redis_was_flushed_before_it() {
        Node former = Node.create();
        RedisBackplane other = RedisBackplane.start(Settings.backplane(), Settings.history(), former, vertx,
                Redis.createClient(vertx, redis.url()), 0);
        try {
            await().until(() -> other.status().isReceiving());
            SavedSession session = session(former.newToken(), former.newSessionId(), Map.of());
            done(Stream.of(other.sessions().save(session), other.sessions().release(session.token())));
            backplane.sessions().resume(session.token(), "/", null).await().indefinitely();
            RecordingSubscriber moved = new RecordingSubscriber();
            backplane.subscribe(session.ownRoom(), moved);
            await().until(() -> moved.start != null);
            redis.command("FLUSHALL");
            other.publish(new Publication(session.ownRoom(), "message", new Data.Text("x"), null, true)).await()
                    .indefinitely();
            moved.await(1);
        } finally {
            other.close();
        }
    }

    /** Makes Redis lose a key of this replica, and returns when the replica has begun to write everything again. */
    private void loseAndAwaitFirst(String key) {
        redis.command("DEL \"" + key + "\"");
        redis.command("DEL " + keys.registry());
        Awaitility.await().atMost(Duration.ofSeconds(10)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1))
                .until(() -> size(key) > 0);
    }

    private int size(String key) {
        return Integer.parseInt(redis.command("HLEN \"" + key + "\"").substring(1));
    }

    private static <T> List<T> some(List<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(1));
        return shuffled.subList(0, CHANGED);
    }

    private static SavedSession session(String token, String id, Map<String, Boolean> rooms) {
        return new SavedSession(token, new Sender(id, null), "/", rooms, Set.of());
    }

    private static void done(Stream<Uni<Void>> works) {
        Uni.join().all(works.toList()).usingConcurrencyOf(CHANGED).andFailFast().await().atMost(Duration.ofSeconds(20));
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(20));
    }
}
