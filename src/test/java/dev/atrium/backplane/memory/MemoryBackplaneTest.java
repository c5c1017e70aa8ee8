package dev.atrium.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneContract;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.SessionStore;
import dev.atrium.backplane.Settings;
import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Backplane in memory: the contract, expiry of rooms and history, and expiry of sessions. */
class MemoryBackplaneTest extends BackplaneContract {

    private final Node node = Node.create();
    private final ManualClock clock = new ManualClock();
    private final MemoryBackplane backplane = new MemoryBackplane(node, new MemorySettings(
            Duration.ofMinutes(10), Settings.history(), Duration.ofMinutes(2), Duration.ofMinutes(5), clock));

    @Override
    protected Backplane backplane() {
        return backplane;
    }

    @Override
    protected Node node() {
        return node;
    }

    @Test
    void an_unused_room_expires_and_starts_again_with_another_epoch() {
        StreamPosition before = publish("a");
        clock.forward(Duration.ofMinutes(9));
        assertThat(publish("a").epoch()).isEqualTo(before.epoch());
        clock.forward(Duration.ofMinutes(14));
        publish("b");
        assertThat(backplane.size()).isEqualTo(1);
        StreamPosition after = publish("a");
        assertThat(after.epoch()).isNotEqualTo(before.epoch());
        assertThat(after.offset()).isEqualTo(1);
    }

    @Test
    void all_rooms_together_are_bounded_and_the_oldest_messages_go_first() {
        MemoryBackplane bounded = bounded(1_000_000);
        Data half = new Data.Text("x".repeat(100_000));
        for (int i = 0; i < 30; i++) {
            RoomId old = RoomId.of("/", "room " + i % 10);
            done(bounded.publish(new Publication(old, "message", half, null, true, null)));
            assertThat(bounded.memoryUsed()).isLessThanOrEqualTo(1_000_000);
            clock.forward(Duration.ofMillis(1));
        }
        assertThat(done(bounded.history(RoomId.of("/", "room 9"), HistoryQuery.after(0, 10))).messages()).isNotEmpty();
        assertThat(done(bounded.history(RoomId.of("/", "room 0"), HistoryQuery.after(0, 10))).messages()).isEmpty();
    }

    @Test
    void idempotency_keys_count_and_the_oldest_go_first() {
        MemoryBackplane bounded = bounded(1_000_000);
        List<StreamPosition> positions = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            positions.add(publish(bounded, "key " + i));
            assertThat(bounded.memoryUsed()).isLessThanOrEqualTo(1_000_000);
            clock.forward(Duration.ofMillis(1));
        }
        assertThat(publish(bounded, "key 4999")).isEqualTo(positions.get(4_999));
        assertThat(publish(bounded, "key 0")).isNotEqualTo(positions.get(0));
    }

    private static StreamPosition publish(MemoryBackplane bounded, String key) {
        return done(bounded.publish(
                new Publication(RoomId.of("/", "keys"), "message", new Data.Text("x"), null, true, key))).position();
    }

    @Test
    void unused_rooms_go_before_a_flood_of_new_ones_takes_all_memory_and_rooms_in_use_stay() {
        MemoryBackplane bounded = bounded(1_000_000);
        RoomId used = RoomId.of("/", "used");
        done(bounded.enter(used, new Presence(new Sender("ann", null), 1)));
        StreamPosition before = done(bounded.publish(new Publication(used, "message", new Data.Text("a"), null, true, null)))
                .position();
        for (int i = 0; i < 10_000; i++) {
            done(bounded
                    .publish(new Publication(RoomId.of("/", "flood " + i), "message", new Data.Text("x"), null, true, null)));
            clock.forward(Duration.ofMillis(1));
        }
        assertThat(bounded.memoryUsed()).isLessThanOrEqualTo(1_000_000);
        assertThat(bounded.size()).isLessThan(1_000);
        assertThat(done(bounded.publish(new Publication(used, "message", new Data.Text("b"), null, true, null))).position())
                .isEqualTo(new StreamPosition(before.epoch(), 2));
    }

    @Test
    void what_rooms_free_by_themselves_is_counted() {
        for (int i = 0; i < 100; i++) {
            publish("room " + i);
        }
        assertThat(backplane.memoryUsed()).isGreaterThan(100_000);
        clock.forward(Duration.ofHours(1));
        publish("last");
        assertThat(backplane.memoryUsed()).isLessThan(2_000);
    }

    @Test
    void rooms_in_use_cost_the_histories_nothing_however_many_they_are() {
        MemoryBackplane bounded = bounded(1_000_000);
        for (int i = 0; i < 5_000; i++) {
            done(bounded.enter(RoomId.of("/", "used " + i), new Presence(new Sender("ann", null), 1)));
        }
        RoomId first = RoomId.of("/", "used 0");
        done(bounded.publish(new Publication(first, "message", new Data.Text("a"), null, true, null)));
        assertThat(done(bounded.history(first, HistoryQuery.after(0, 10))).messages()).hasSize(1);
        for (int i = 0; i < 5_000; i++) {
            done(bounded.exit(RoomId.of("/", "used " + i), new Sender("ann", null)));
        }
        done(bounded.publish(new Publication(first, "message", new Data.Text("b"), null, true, null)));
        assertThat(bounded.size()).as("unused ones are freed").isLessThan(1_000);
    }

    @Test
    void messages_over_the_maximum_age_are_freed_in_a_room_that_is_in_use_but_silent() {
        RoomId silent = RoomId.of("/", "silent");
        done(backplane.enter(silent, new Presence(new Sender("ann", null), 1)));
        done(backplane.publish(new Publication(silent, "message", new Data.Text("x".repeat(100_000)), null, true, null)));
        clock.forward(Duration.ofMinutes(11));
        publish("another");
        assertThat(backplane.memoryUsed()).isLessThan(10_000);
    }

    private static <T> T done(Uni<T> uni) {
        return uni.await().indefinitely();
    }

    private MemoryBackplane bounded(long bytes) {
        return new MemoryBackplane(node,
                new MemorySettings(Duration.ofMinutes(10), new HistoryPolicy(1_000, Duration.ofMinutes(10), bytes),
                        Duration.ofMinutes(2), Duration.ofMinutes(5), clock));
    }

    @Test
    void messages_over_the_maximum_age_are_not_in_the_history_and_their_room_outlives_them() {
        publish("a");
        clock.forward(Duration.ofMinutes(6));
        publish("a");
        clock.forward(Duration.ofMinutes(5));
        History history = backplane.history(RoomId.of("/", "a"), HistoryQuery.after(0, 10)).await().indefinitely();
        assertThat(history.messages()).extracting(Message::offset).containsExactly(2L);
        assertThat(history.head().offset()).isEqualTo(2);
    }

    @Test
    void a_released_session_expires_after_the_window() {
        SessionStore store = backplane.sessions();
        SavedSession session = new SavedSession(store.newToken(), new Sender(node.newSessionId(), null), "/", Map.of(),
                Set.of());
        store.save(session).await().indefinitely();
        clock.forward(Duration.ofHours(5));
        store.release(session.token()).await().indefinitely();
        clock.forward(Duration.ofSeconds(121));
        assertThat(store.resume(session.token(), "/", null).await().indefinitely()).isNull();
    }

    private StreamPosition publish(String room) {
        return backplane.publish(new Publication(RoomId.of("/", room), "message", Data.Json.NULL, null, true))
                .await().indefinitely().position();
    }
}
