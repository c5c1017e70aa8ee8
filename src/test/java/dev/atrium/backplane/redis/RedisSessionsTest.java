package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.Settings;
import dev.atrium.room.Node;
import dev.atrium.room.Sender;
import io.vertx.redis.client.impl.types.NumberType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How often sessions are saved. */
class RedisSessionsTest extends WithFakeRedis {

    private final Node node = Node.create();
    private final Sender self = new Sender(node.newSessionId(), null);
    private final String token = node.newToken();
    private final RedisContext context = FakeRedis.context(loop, new Lease(Duration.ofSeconds(10), () -> 0));
    private final RedisHealth health = new RedisHealth();
    private final RoomLog log = new RoomLog(commands, commands, context, Settings.backplane(), Settings.history(), health);
    private final RpcChannel rpc = new RpcChannel(commands, loop, context.keys(), new RedisClock(), context.node().name());
    private final RedisSessions sessions = new RedisSessions(context, commands, log,
            new Subscriptions(context, redis, new LongAdder(), log, rpc, new ReplicaHeartbeat(commands, context, health)),
            rpc, Settings.backplane());

    @Test
    void changes_during_a_save_are_saved_together_after_it() {
        List<CompletableFuture<Void>> saves = Stream.of("first", "second", "third").map(this::save).toList();
        turn();
        assertThat(redis.last().sent).singleElement().asString().contains("first");
        reply(0);
        assertThat(saves).extracting(CompletableFuture::isDone).containsExactly(true, false, false);
        assertThat(redis.last().sent).hasSize(2).last().asString().contains("third").doesNotContain("second");
        reply(1);
        assertThat(saves).allMatch(CompletableFuture::isDone);
        assertThat(redis.last().sent).as("all is saved").hasSize(2);
        save("fourth");
        turn();
        assertThat(redis.last().sent).hasSize(3);
    }

    @Test
    void a_session_that_ends_during_a_save_is_not_saved_again() {
        save("first");
        CompletableFuture<Void> second = save("second");
        sessions.delete(token).subscribeAsCompletionStage();
        turn();
        assertThat(redis.last().sent).hasSize(2).last().asString().startsWith("evalsha " + Script.DELETE.sha1());
        reply(0);
        assertThat(second).isDone();
        assertThat(redis.last().sent).hasSize(2);
    }

    private CompletableFuture<Void> save(String room) {
        return sessions.save(new SavedSession(token, self, "/", Map.of(room, false), Set.of())).subscribeAsCompletionStage();
    }

    private void reply(int command) {
        loop.execute(() -> redis.last().replies.get(command).complete(NumberType.create(1L)));
        turn();
    }

    /** Waits until the commands so far are on their way. */
    private void turn() {
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Void> turn = new CompletableFuture<>();
            loop.execute(() -> turn.complete(null));
            turn.orTimeout(10, TimeUnit.SECONDS).join();
        }
    }
}
