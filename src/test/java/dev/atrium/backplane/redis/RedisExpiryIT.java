package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.BackplaneConfig;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.RecordingSubscriber;
import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.Settings;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is too old in Redis, what Redis has lost, and what must not expire. */
class RedisExpiryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration AGE = Duration.ofSeconds(1);
    private static final int OLD = 500;
    private static final RoomId LOBBY = RoomId.of("/", "lobby");
    private static final Pattern READS = Pattern.compile("cmdstat_xrange:calls=(\\d+)");

    private final RedisKeys keys = new RedisKeys("atrium", 0);
    private final Node node = Node.create();
    private RedisProcess redis;
    private Vertx vertx;
    private RedisBackplane backplane;

    @BeforeEach
    void start() {
        redis = RedisProcess.start();
        vertx = Vertx.vertx();
    }

    private void start(String logTtl) {
        BackplaneConfig settings = Settings.backplane(Map.of("atrium.history.age", AGE.toMillis() + "ms", "atrium.room.ttl",
                "3s", "atrium.redis.log-ttl", logTtl));
        backplane = RedisBackplane.start(settings, new HistoryPolicy(settings.history()), node, vertx,
                Redis.createClient(vertx, redis.url()), 0);
        Awaitility.await().atMost(PATIENCE).until(() -> backplane.status().isReceiving());
    }

    @AfterEach
    void stop() {
        backplane.close();
        vertx.close();
        redis.close();
    }

    @Test
    void messages_that_are_too_old_are_not_read_one_by_one() {
        start("1m");
        IntStream.range(0, OLD).forEach(i -> publish(LOBBY));
        Awaitility.await().atMost(PATIENCE).pollDelay(AGE).until(() -> history(HistoryQuery.after(0, 1)).messages().isEmpty());
        publish(LOBBY);
        publish(LOBBY);
        assertThat(history(HistoryQuery.after(0, 10)).messages()).extracting(Message::offset).containsExactly(OLD + 1L,
                OLD + 2L);
        assertThat(history(HistoryQuery.after(OLD + 1L, 10)).messages()).extracting(Message::offset).containsExactly(OLD + 2L);
        redis.command("CONFIG RESETSTAT");
        assertThat(history(HistoryQuery.after(0, 1)).messages()).extracting(Message::offset).containsExactly(OLD + 1L);
        Matcher reads = READS.matcher(redis.info("commandstats"));
        assertThat(reads.find()).isTrue();
        assertThat(Integer.parseInt(reads.group(1))).isLessThan(15);
        assertThat(history(HistoryQuery.HEAD).messages()).isEmpty();
        assertThat(history(HistoryQuery.HEAD).head().offset()).isEqualTo(OLD + 2L);
    }

    @Test
    void a_session_that_redis_has_lost_can_be_resumed_after_its_connection_has_ended() {
        start("1m");
        SavedSession session = new SavedSession(node.newToken(), new Sender(node.newSessionId(), "ann"), "/", Map.of(),
                Set.of());
        done(backplane.sessions().save(session));
        assertThat(redis.command("DEL " + keys.sessions(node.name()))).isEqualTo(":1");
        done(backplane.sessions().release(session.token()));
        assertThat(done(backplane.sessions().resume(session.token(), session.namespace(), session.self().user())).self())
                .isEqualTo(session.self());
    }

    @Test
    void what_redis_has_evicted_is_written_again() {
        start("1m");
        Presence ann = new Presence(new Sender(node.newSessionId(), "ann"), 1);
        Presence bob = new Presence(new Sender(node.newSessionId(), "bob"), 2);
        done(backplane.enter(LOBBY, ann));
        done(backplane.sessions().save(new SavedSession(node.newToken(), ann.who(), "/", Map.of(), Set.of())));
        List<String> evicted = List.of(keys.members(LOBBY), keys.roomsOf(node.name()), keys.sessions(node.name()),
                keys.connected(node.name()));
        Awaitility.await().atMost(PATIENCE).until(() -> evicted.stream().allMatch(this::exists));
        evicted.forEach(key -> assertThat(redis.command("DEL \"" + key + "\"")).isEqualTo(":1"));
        done(backplane.enter(LOBBY, bob));
        Awaitility.await().atMost(PATIENCE).until(() -> evicted.stream().allMatch(this::exists)
                && done(backplane.members(LOBBY)).equals(List.of(ann, bob)));
    }

    private boolean exists(String key) {
        return redis.command("EXISTS \"" + key + "\"").equals(":1");
    }

    @Test
    void the_room_of_a_connected_session_keeps_its_position_however_long_nothing_is_sent_to_it() {
        start("1s");
        RoomId own = RoomId.of("/", node.newSessionId());
        RecordingSubscriber received = new RecordingSubscriber();
        backplane.subscribe(own, received);
        publish(own);
        received.await(1);
        // Longer than the time for which an unused room is kept.
        Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ofSeconds(4)).until(() -> true);
        publish(own);
        received.await(2);
        assertThat(received.messages).extracting(Message::offset).containsExactly(1L, 2L);
    }

    private void publish(RoomId room) {
        done(backplane.publish(new Publication(room, "message", new Data.Text("x"), null, true)));
    }

    private History history(HistoryQuery query) {
        return done(backplane.history(LOBBY, query));
    }

    private static <T> T done(Uni<T> uni) {
        return uni.await().atMost(PATIENCE);
    }
}
