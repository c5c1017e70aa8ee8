package dev.atrium.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.room.Data;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One room's order, its history, its members and its end. */
class MemoryRoomTest {

    private static final RoomId LOBBY = RoomId.of("/", "lobby");
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final Duration AGE = Duration.ofMinutes(5);
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int SIZE = 10;

    private final ManualClock clock = new ManualClock();
    private final HistoryMemory memory = new HistoryMemory(Long.MAX_VALUE);
    private final MemoryRoom room = room(LOBBY, SIZE, AGE);
    private final RecordingSubscriber subscriber = new RecordingSubscriber();

    @Test
    void messages_are_numbered_from_one_and_timed_in_microseconds() {
        clock.set(Instant.parse("2026-01-01T00:00:01.234567890Z"));
        room.subscribe(subscriber);
        PublishResult first = publish(room, "a");
        PublishResult second = publish(room, "b");
        assertThat(first.position().offset()).isEqualTo(1);
        assertThat(second.position()).isEqualTo(new StreamPosition(first.position().epoch(), 2));
        assertThat(first.atMicros()).isEqualTo(1_767_225_601_234_567L);
        assertThat(subscriber.events).containsExactly("subscribed 0", "1 a", "2 b");
    }

    @Test
    void a_room_has_an_epoch_before_its_first_message_and_a_session_s_room_has_not() {
        room.subscribe(subscriber);
        assertThat(subscriber.position.epoch()).isNotEmpty();
        assertThat(publish(room, "a").position().epoch()).isEqualTo(subscriber.position.epoch());
        MemoryRoom own = room(RoomId.of("/", new Node("node01").newSessionId()), SIZE, AGE);
        own.subscribe(subscriber);
        assertThat(subscriber.position).isEqualTo(StreamPosition.START);
        StreamPosition position = publish(own, "a").position();
        assertThat(position.epoch()).isNotEmpty();
        assertThat(position.offset()).isEqualTo(1);
        assertThat(publish(own, "b").position()).isEqualTo(new StreamPosition(position.epoch(), 2));
    }

    @Test
    void a_room_without_subscriber_keeps_its_history() {
        room.subscribe(subscriber);
        room.unsubscribe();
        publish(room, "a");
        assertThat(subscriber.events).containsExactly("subscribed 0");
        assertThat(offsets(HistoryQuery.after(0, 10))).containsExactly(1L);
        room.subscribe(subscriber);
        assertThat(subscriber.events).last().isEqualTo("subscribed 1");
    }

    @ParameterizedTest(name = "after {0} before {1} at most {2}: {3}")
    @CsvSource(nullValues = "-", value = {
            "0,  1000, 3,  1 2 3",
            "3,  1000, 3,  4 5 6",
            "3,  5,    3,  4",
            "3,  4,    3,  -",
            "3,  3,    3,  -",
            "5,  1,    3,  -",
            "9,  1000, 3,  10",
            "10, 1000, 3,  -",
            "50, 1000, 3,  -",
            "-1, 1000, 3,  8 9 10",
            "-1, 5,    3,  2 3 4",
            "-1, 2,    3,  1",
            "-1, 1,    3,  -",
            "-1, 0,    3,  -",
            "0,  1000, 0,  -",
            "-1, 1000, 99, 1 2 3 4 5 6 7 8 9 10",
    })
    void a_history_is_read_from_either_end(long after, long before, int limit, String expected) {
        for (int i = 0; i < 10; i++) {
            publish(room, "m");
        }
        assertThat(offsets(new HistoryQuery(after, before, limit)).stream().map(String::valueOf).toList())
                .isEqualTo(expected == null ? List.of() : List.of(expected.split(" ")));
        assertThat(room.history(new HistoryQuery(after, before, limit)).head().offset()).isEqualTo(10);
    }

    @Test
    void the_oldest_of_too_many_messages_go() {
        for (int i = 0; i < SIZE + 2; i++) {
            publish(room, "m");
        }
        assertThat(offsets(HistoryQuery.after(0, 100))).hasSize(SIZE).startsWith(3L).endsWith(12L);
    }

    @Test
    void messages_are_read_until_they_reach_the_maximum_age() {
        publish(room, "a");
        clock.forward(Duration.ofSeconds(1));
        publish(room, "b");
        clock.forward(AGE.minusSeconds(1));
        assertThat(offsets(HistoryQuery.after(0, 10))).containsExactly(1L, 2L);
        clock.forward(Duration.ofMillis(1));
        assertThat(offsets(HistoryQuery.after(0, 10))).containsExactly(2L);
        clock.forward(Duration.ofHours(1));
        assertThat(offsets(HistoryQuery.after(0, 10))).isEmpty();
        assertThat(publish(room, "c").position().offset()).isEqualTo(3);
    }

    @Test
    void a_room_without_history_still_assigns_offsets() {
        MemoryRoom none = room(LOBBY, 0, AGE);
        publish(none, "a");
        assertThat(publish(none, "b").position().offset()).isEqualTo(2);
        assertThat(none.history(HistoryQuery.after(0, 10)).messages()).isEmpty();
        assertThat(none.history(HistoryQuery.after(0, 10)).head().offset()).isEqualTo(2);
    }

    @Test
    void a_page_of_the_history_ends_after_the_message_that_exceeds_a_mebibyte() {
        for (int i = 0; i < 4; i++) {
            publish(room, "x".repeat((1 << 19) - 100));
        }
        assertThat(offsets(HistoryQuery.after(0, 10))).as("two are just a mebibyte").containsExactly(1L, 2L, 3L);
        assertThat(offsets(new HistoryQuery(-1, Long.MAX_VALUE, 10))).containsExactly(2L, 3L, 4L);
    }

    @Test
    void a_publication_repeated_with_its_key_has_the_first_result_and_is_delivered_once() {
        room.subscribe(subscriber);
        PublishResult first = publish(room, "a", "key");
        clock.forward(WINDOW);
        assertThat(publish(room, "a", "key")).isEqualTo(first);
        assertThat(publish(room, "a", "other").position().offset()).isEqualTo(2);
        assertThat(publish(room, "a", null).position().offset()).isEqualTo(3);
        assertThat(subscriber.events).containsExactly("subscribed 0", "1 a", "2 a", "3 a");
        clock.forward(Duration.ofMillis(1));
        assertThat(publish(room, "a", "key").position().offset()).isEqualTo(4);
    }

    @Test
    void presence_events_are_delivered_once() {
        room.subscribe(subscriber);
        assertThat(room.enter(new Presence(new Sender("ann", "Ann"), 1))).isTrue();
        room.enter(new Presence(new Sender("bob", null), 2));
        room.enter(new Presence(new Sender("ann", "Ann"), 3));
        assertThat(room.members()).containsExactly(new Presence(new Sender("bob", null), 2),
                new Presence(new Sender("ann", "Ann"), 3));
        room.exit(new Sender("ann", "Ann"));
        room.exit(new Sender("ann", "Ann"));
        room.exit(new Sender("stranger", null));
        assertThat(subscriber.events).containsExactly("subscribed 0", "JOINED ann", "JOINED bob", "LEFT ann");
        assertThat(room.members()).extracting(member -> member.who().id()).containsExactly("bob");
    }

    @Test
    void members_have_the_order_of_their_pages() {
        for (String id : List.of("~c", "~a", "~b")) {
            room.enter(new Presence(new Sender(id, null), 5));
        }
        assertThat(room.members()).extracting(member -> member.who().id()).containsExactly("~a", "~b", "~c");
    }

    @Test
    void leaving_an_empty_room_changes_nothing() {
        room.subscribe(subscriber);
        room.exit(new Sender("stranger", null));
        assertThat(room.members()).isEmpty();
        assertThat(subscriber.events).containsExactly("subscribed 0");
    }

    @Test
    void an_unused_room_ends_after_its_ttl_or_its_history_whichever_is_longer() {
        long start = clock.millis();
        assertThat(room.endIfUnused(start + TTL.toMillis())).isFalse();
        assertThat(room.endIfUnused(start + TTL.toMillis() + 1)).isTrue();
        MemoryRoom old = room(LOBBY, 1, TTL.plusSeconds(1));
        assertThat(old.endIfUnused(start + TTL.toMillis() + 1)).isFalse();
        assertThat(old.endIfUnused(start + TTL.toMillis() + 1001)).isTrue();
        MemoryRoom keepsNothing = room(LOBBY, 0, TTL.plusSeconds(1));
        assertThat(keepsNothing.endIfUnused(start + TTL.toMillis() + 1)).isTrue();
    }

    @Test
    void a_room_is_in_use_with_a_subscriber_a_member_or_a_recent_publication() {
        long late = clock.millis() + Duration.ofDays(1).toMillis();
        room.subscribe(subscriber);
        assertThat(room.endIfUnused(late)).isFalse();
        clock.forward(Duration.ofHours(1));
        room.unsubscribe();
        assertThat(room.endIfUnused(clock.millis() + TTL.toMillis())).isFalse();
        Sender ann = new Sender("ann", null);
        room.enter(new Presence(ann, 1));
        assertThat(room.endIfUnused(late)).isFalse();
        room.exit(ann);
        clock.forward(Duration.ofHours(1));
        publish(room, "a");
        assertThat(room.endIfUnused(clock.millis() + TTL.toMillis())).isFalse();
        assertThat(room.endIfUnused(clock.millis() + TTL.toMillis() + 1)).isTrue();
    }

    @Test
    void a_room_that_has_ended_rejects_all_operations() {
        assertThat(room.endIfUnusedSince(clock.millis() + 1)).isTrue();
        assertThat(publish(room, "a")).isNull();
        assertThat(room.subscribe(subscriber)).isFalse();
        assertThat(room.enter(new Presence(new Sender("ann", null), 1))).isFalse();
        assertThat(subscriber.events).isEmpty();
        assertThat(room.members()).isEmpty();
        assertThat(room.endIfUnusedSince(0)).as("for good").isTrue();
    }

    @Test
    void the_room_of_a_session_is_kept_only_after_a_publication() {
        MemoryRoom own = room(RoomId.of("/", new Node("node01").newSessionId()), SIZE, AGE);
        own.subscribe(subscriber);
        assertThat(own.unsubscribe()).isFalse();
        publish(own, "a");
        assertThat(own.unsubscribe()).isTrue();
        assertThat(room.unsubscribe()).as("the other rooms keep their epoch").isTrue();
    }

    private MemoryRoom room(RoomId id, int size, Duration age) {
        return new MemoryRoom(id, new MemorySettings(TTL, new HistoryPolicy(size, age), Duration.ZERO, WINDOW, clock), memory);
    }

    private PublishResult publish(MemoryRoom where, String text) {
        return publish(where, text, null);
    }

    private PublishResult publish(MemoryRoom where, String text, String key) {
        return where.publish(new Publication(LOBBY, "message", new Data.Text(text), null, true, key));
    }

    private List<Long> offsets(HistoryQuery query) {
        return room.history(query).messages().stream().map(Message::offset).toList();
    }

    /** Records the calls. */
    private static final class RecordingSubscriber implements Subscriber {

        private final List<String> events = new ArrayList<>();
        private StreamPosition position;

        @Override
        public void volatileMessage(Message message) {
            events.add("volatile");
        }

        @Override
        public void subscribed(StreamPosition start) {
            position = start;
            events.add("subscribed " + start.offset());
        }

        @Override
        public void lost(StreamPosition upTo) {
            events.add("lost " + upTo.offset());
        }

        @Override
        public void message(Message message) {
            events.add(message.offset() + " " + ((Data.Text) message.data()).text());
        }

        @Override
        public void presenceEvent(PresenceEvent event) {
            events.add(event.change() + " " + event.who().id());
        }

        @Override
        public boolean isBehind() {
            return false;
        }

        @Override
        public void unavailable(Throwable cause) {
            events.add("unavailable");
        }
    }
}
