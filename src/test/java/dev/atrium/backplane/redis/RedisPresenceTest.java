package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.backplane.Settings;
import dev.atrium.room.Presence;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How often rooms are listed. */
class RedisPresenceTest extends WithFakeRedis {

    private static final RoomId LOBBY = RoomId.of("/", "lobby");

    private final RedisContext context = FakeRedis.context(loop, new Lease(Duration.ofSeconds(10), () -> 0));
    private final RedisPresence presence = new RedisPresence(context, commands,
            new RoomLog(commands, commands, context, Settings.backplane(), Settings.history(), new RedisHealth()));

    @Test
    void requests_for_the_members_of_a_room_share_a_listing_that_begins_after_they_came() {
        Future<List<Presence>> first = presence.members(LOBBY);
        awaitSent(1);
        List<Future<List<Presence>>> others = Stream.generate(() -> presence.members(LOBBY)).limit(5).toList();
        Future<List<Presence>> elsewhere = presence.members(RoomId.of("/", "news"));
        awaitSent(2);
        assertThat(redis.last().sent).last().asString().contains("news");
        reply(0);
        await().until(first::isComplete);
        awaitSent(3);
        assertThat(others).noneMatch(Future::isComplete);
        reply(2);
        await().until(() -> others.stream().allMatch(Future::succeeded));
        reply(1);
        await().until(elsewhere::succeeded);
        Future<List<Presence>> later = presence.members(LOBBY);
        awaitSent(4);
        loop.execute(() -> redis.last().replies.get(3).fail("Connection was closed"));
        await().until(later::failed);
        presence.members(LOBBY);
        awaitSent(5);
    }

    @Test
    void entries_of_another_program_are_no_members() {
        Future<List<Presence>> members = presence.members(LOBBY);
        awaitSent(1);
        Presence ann = new Presence(new Sender("~ann", null), 1);
        reply(0, "{\"node\":\"n\",\"id\":\"x\"}", "{}\n", "", text(MessageCodec.encode(ann, context.node().name())));
        await().until(members::succeeded);
        assertThat(members.result()).containsExactly(ann);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private void awaitSent(int commands) {
        await().until(() -> redis.last().sent.size() >= commands);
        assertThat(redis.last().sent).hasSize(commands).allMatch(command -> command.startsWith("hscan"));
    }

    private void reply(int command, String... entries) {
        MultiType pairs = MultiType.create(2 * entries.length, false);
        for (String entry : entries) {
            pairs.add(BulkType.create(Buffer.buffer("field"), false));
            pairs.add(BulkType.create(Buffer.buffer(entry), false));
        }
        MultiType page = MultiType.create(2, false);
        page.add(BulkType.create(Buffer.buffer("0"), false));
        page.add(pairs);
        loop.execute(() -> redis.last().replies.get(command).complete(page));
    }
}
