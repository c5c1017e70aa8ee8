package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneContract;
import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.Settings;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Backplane over Redis: the contract. */
class RedisBackplaneIT extends BackplaneContract {

    private static RedisProcess redis;
    private static Vertx vertx;
    private static Node node;
    private static RedisBackplane backplane;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        vertx = Vertx.vertx();
        node = Node.create();
        backplane = RedisBackplane.start(Settings.backplane(), Settings.history(), node, vertx,
                Redis.createClient(vertx, redis.url()));
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> backplane.status().isReceiving());
    }

    @AfterAll
    static void stop() {
        backplane.close();
        vertx.close();
        redis.close();
    }

    @Test
    void members_are_counted_also_for_a_user_who_may_not_ask_for_their_number() {
        RoomId room = RoomId.of("/", "counted");
        backplane.enter(room, new Presence(new Sender(node.newSessionId(), null), 1)).await().indefinitely();
        redis.command("ACL SETUSER atrium -hlen");
        try {
            assertThat(backplane.memberCount(room).await().indefinitely()).isOne();
            assertThat(backplane.memberCount(room).await().indefinitely()).isOne();
        } finally {
            redis.command("ACL SETUSER atrium +hlen");
        }
    }

    @Test
    void a_session_that_has_ended_while_redis_refused_its_deletion_is_deleted_later() {
        RedisKeys keys = new RedisKeys("atrium");
        SavedSession session = new SavedSession(node.newToken(), new Sender(node.newSessionId(), null), "/", Map.of(),
                Set.of());
        backplane.sessions().save(session).await().indefinitely();
        String stored = "HEXISTS \"" + keys.sessions(node.name()) + "\" " + session.token();
        assertThat(redis.command(stored)).isEqualTo(":1");
        redis.command("ACL SETUSER atrium -evalsha");
        try {
            backplane.sessions().delete(session.token()).await().indefinitely();
        } finally {
            redis.command("ACL SETUSER atrium +evalsha");
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> redis.command(stored).equals(":0"));
        assertThat(backplane.sessions().resume(session.token(), "/", null).await().indefinitely()).isNull();
    }

    @Override
    protected Backplane backplane() {
        return backplane;
    }

    @Override
    protected Node node() {
        return node;
    }
}
