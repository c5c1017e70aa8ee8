package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneContract;
import dev.atrium.backplane.RecordingSubscriber;
import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.Settings;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.room.Data;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
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
                Redis.createClient(vertx, redis.url()), 0);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> backplane.status().isReceiving());
    }

    @AfterAll
    static void stop() {
        backplane.close();
        vertx.close();
        redis.close();
    }

    @Test
    void an_installation_in_another_database_receives_nothing_of_this_one() {
        RoomId room = RoomId.of("/", "both");
        RedisBackplane other = RedisBackplane.start(Settings.backplane(), Settings.history(), Node.create(), vertx,
                Redis.createClient(vertx, redis.adminUrl() + "/1"), 1);
        try {
            Awaitility.await().until(() -> other.status().isReceiving());
            RecordingSubscriber received = new RecordingSubscriber();
            other.subscribe(room, received);
            Awaitility.await().until(() -> received.start != null);
            Publication publication = new Publication(room, "message", new Data.Text("x"), null, true);
            backplane.publishVolatile(publication).await().indefinitely();
            backplane.publish(publication).await().indefinitely();
            PublishResult own = other.publish(publication).await().indefinitely();
            received.await(1);
            assertThat(received.messages).extracting(Message::position).containsExactly(own.position());
        } finally {
            other.close();
        }
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
        RedisKeys keys = new RedisKeys("atrium", 0);
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

    @Test
    void what_another_program_writes_to_the_keys_of_a_room_is_skipped() {
        RoomId room = RoomId.of("/", "shared");
        Publication publication = new Publication(room, "message", new Data.Text("x"), null, true);
        RecordingSubscriber received = new RecordingSubscriber();
        backplane.subscribe(room, received);
        Awaitility.await().until(() -> received.start != null);
        backplane.publish(publication).await().indefinitely();
        received.await(1);
        backplane.enter(room, new Presence(new Sender(node.newSessionId(), null), 1)).await().indefinitely();
        redis.command("HSET \"atrium:members:{/ shared}\" foreign entry");
        redis.command("ACL SETUSER atrium resetchannels");
        try {
            // Into the log alone: it is read when the channel can be subscribed to again.
            assertThatThrownBy(() -> backplane.publish(publication).await().indefinitely()).isNotNull();
            redis.command("XADD \"atrium:log:{/ shared}\" 2-1 foreign entry");
        } finally {
            redis.command("ACL SETUSER atrium &atrium:*");
        }
        received.await(2);
        assertThat(backplane.history(room, HistoryQuery.after(0, 10)).await().indefinitely().messages())
                .extracting(Message::offset).containsExactly(1L, 2L);
        assertThat(backplane.members(room).await().indefinitely()).hasSize(1);
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
