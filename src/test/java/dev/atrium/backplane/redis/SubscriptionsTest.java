package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.backplane.RecordingSubscriber;
import dev.atrium.backplane.Settings;
import dev.atrium.room.RoomId;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.impl.types.MultiType;
import io.vertx.redis.client.impl.types.SimpleStringType;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of rooms that are subscribed to. */
class SubscriptionsTest {

    private static final RoomId ROOM = RoomId.of("/", "a");

    private final Vertx vertx = Vertx.vertx();
    private final RedisLoop loop = new RedisLoop(vertx);
    private final FakeRedis redis = new FakeRedis();
    private final FakeRedis publishing = new FakeRedis();
    private final ReconnectingConnection commands = redis.connection(loop);
    private final RedisContext context = FakeRedis.context(loop, new Lease(Duration.ofSeconds(10), () -> 0));
    private final RedisHealth health = new RedisHealth();
    private final Subscriptions subscriptions = new Subscriptions(context, publishing, new LongAdder(),
            new RoomLog(commands, commands, context, Settings.backplane(), Settings.history(), health),
            new RpcChannel(commands, loop, context.keys(), new RedisClock(), context.node().name()),
            new ReplicaHeartbeat(commands, context, health));

    @BeforeEach
    void connect() {
        commands.start();
        subscriptions.connection.start();
        await().until(() -> commands.isUp() && subscriptions.connection.isUp());
    }

    @AfterEach
    void close() {
        subscriptions.connection.close();
        commands.close();
        vertx.close();
    }

    @Test
    void a_room_is_read_at_once_while_everything_that_redis_has_lost_is_written_again() {
        Promise<Void> slow = Promise.promise();
        loop.execute(() -> IntStream.range(0, 1_000).forEach(i -> context.limiter().submit(slow::future)));
        subscriptions.subscribe(ROOM, new RecordingSubscriber());
        await().until(() -> publishing.last().sent.contains("subscribe at:room:{/ a}"));
        MultiType confirmation = MultiType.create(2, false);
        confirmation.add(SimpleStringType.create("subscribe"));
        confirmation.add(SimpleStringType.create("at:room:{/ a}"));
        publishing.last().pushes.handle(confirmation);
        await().untilAsserted(() -> assertThat(redis.last().sent).singleElement().asString()
                .startsWith("evalsha " + Script.READ.sha1()));
    }

    @Test
    void the_subscription_follows_the_commands_to_another_primary() {
        loop.execute(() -> subscriptions.follow(RedisServerInfo.parse(publishing.info)));
        await().during(Duration.ofMillis(300)).until(() -> publishing.connections.size() == 1);
        loop.execute(() -> subscriptions.follow(RedisServerInfo.parse("role:master\r\nmaster_replid:d1f0\r\n")));
        await().until(() -> publishing.connections.size() == 2 && subscriptions.connection.isUp());
        assertThat(publishing.connections.get(0).sent).last().isEqualTo("quit");
    }

    @Test
    void a_subscription_needs_no_ping_which_a_redis_refuses_that_cannot_write_to_its_disk() {
        assertThat(publishing.last().sent).doesNotContain("ping");
    }
}
