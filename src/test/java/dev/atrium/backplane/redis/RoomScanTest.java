package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.room.RoomPage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How much of Redis's time lists of rooms take. */
class RoomScanTest extends WithFakeRedis {

    private final RoomScan scan = new RoomScan(commands, loop, new RedisKeys("at", 0));

    @Test
    void pages_are_made_one_after_the_other_and_not_more_than_a_hundred_wait() {
        Future<RoomPage> first = page();
        awaitSent(1);
        List<Future<RoomPage>> others = Stream.generate(this::page).limit(101).toList();
        await().until(others.get(100)::failed);
        assertThat(others.get(100).cause()).hasMessageContaining("too many lists of rooms");
        reply(0, "17", "at:room:{/ lobby}");
        awaitSent(2);
        assertThat(redis.last().sent).last().asString().startsWith("scan 17 ");
        assertThat(first.isComplete()).isFalse();
        reply(1, "0", "at:room:{/ news}");
        await().until(first::succeeded);
        assertThat(first.result()).isEqualTo(new RoomPage(List.of("lobby", "news"), null));
        awaitSent(3);
        assertThat(others).noneMatch(Future::succeeded);
        loop.execute(() -> redis.last().replies.get(2).fail("Connection was closed"));
        await().until(others.get(0)::failed);
        awaitSent(4);
    }

    @Test
    void a_page_whose_client_has_gone_is_not_made_to_its_end() {
        AtomicBoolean gone = new AtomicBoolean();
        Future<RoomPage> given = scan.page("/", "", null, 100, gone::get);
        Future<RoomPage> waiting = scan.page("/", "", null, 100, gone::get);
        awaitSent(1);
        gone.set(true);
        reply(0, "17", "at:room:{/ lobby}");
        await().until(() -> given.isComplete() && waiting.isComplete());
        page();
        awaitSent(2);
        assertThat(redis.last().sent).last().asString().startsWith("scan 0 ");
    }

    private Future<RoomPage> page() {
        return scan.page("/", "", null, 100, () -> false);
    }

    private void awaitSent(int commands) {
        await().until(() -> redis.last().sent.size() >= commands);
        assertThat(redis.last().sent).hasSize(commands).allMatch(command -> command.startsWith("scan"));
    }

    private void reply(int command, String cursor, String key) {
        MultiType keys = MultiType.create(1, false);
        keys.add(BulkType.create(Buffer.buffer(key), false));
        MultiType page = MultiType.create(2, false);
        page.add(BulkType.create(Buffer.buffer(cursor), false));
        page.add(keys);
        loop.execute(() -> redis.last().replies.get(command).complete(page));
    }
}
