package dev.atrium.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Contract of every backplane. */
public abstract class BackplaneContract {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    protected abstract Backplane backplane();

    protected abstract Node node();

    private final RoomId room = RoomId.of("/", "room " + UUID.randomUUID());

    @Test
    void offsets_count_from_one_without_gap_and_the_epoch_stays() {
        PublishResult first = publish(room, "a");
        PublishResult second = publish(room, "b");
        assertThat(first.position().offset()).isEqualTo(1);
        assertThat(second.position()).isEqualTo(new StreamPosition(first.position().epoch(), 2));
        assertThat(second.atMicros()).isGreaterThanOrEqualTo(first.atMicros());
    }

    @Test
    void a_subscriber_hears_what_comes_after_its_start_in_order() {
        publish(room, "before");
        Heard heard = subscribe(room);
        assertThat(heard.start.offset()).isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            publish(room, "m" + i);
        }
        heard.await(100);
        for (int i = 0; i < 100; i++) {
            assertThat(heard.messages.get(i).offset()).isEqualTo(i + 2);
            assertThat(heard.messages.get(i).data()).isEqualTo(new Data.Text("m" + i));
            assertThat(heard.messages.get(i).epoch()).isEqualTo(heard.start.epoch());
        }
    }

    @Test
    void a_message_keeps_everything_it_was_given() {
        Heard heard = subscribe(room);
        List<Data> datas = List.of(new Data.Text("ü\n😀\u0000"), new Data.Json("{\"a\":[1.50,null]}"),
                new Data.Text(""), Data.Json.NULL);
        Sender from = new Sender(node().newSessionId(), "ann \"the\" user");
        for (Data data : datas) {
            await(backplane().publish(new Publication(room, "some event", data, from, false)));
        }
        await(backplane().publish(new Publication(room, "bytes", new Data.Binary(new byte[] { 0, 10, -1 }), null, true)));
        heard.await(5);
        for (int i = 0; i < datas.size(); i++) {
            Message message = heard.messages.get(i);
            assertThat(message.data()).isEqualTo(datas.get(i));
            assertThat(message.event()).isEqualTo("some event");
            assertThat(message.from()).isEqualTo(from);
            assertThat(message.echo()).isFalse();
            assertThat(message.room()).isEqualTo(room);
        }
        Message last = heard.messages.get(4);
        assertThat(((Data.Binary) last.data()).bytes()).containsExactly(0, 10, -1);
        assertThat(last.from()).isNull();
        assertThat(last.echo()).isTrue();
    }

    @Test
    void publishers_on_many_threads_share_one_order_and_each_keeps_its_own() throws Exception {
        Heard heard = subscribe(room);
        int threads = 4;
        int each = 200;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                done.add(executor.submit(() -> {
                    List<Uni<PublishResult>> unanswered = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        Uni<PublishResult> receipt = backplane().publish(text(room, thread + " " + i)).memoize().indefinitely();
                        receipt.subscribe().with(ignored -> {
                        }, failure -> {
                        });
                        unanswered.add(receipt);
                    }
                    unanswered.forEach(BackplaneContract::await);
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            executor.shutdown();
        }
        heard.await(threads * each);
        int[] next = new int[threads];
        for (int i = 0; i < threads * each; i++) {
            assertThat(heard.messages.get(i).offset()).isEqualTo(i + 1);
            String[] parts = ((Data.Text) heard.messages.get(i).data()).text().split(" ");
            assertThat(Integer.parseInt(parts[1])).isEqualTo(next[Integer.parseInt(parts[0])]++);
        }
    }

    @Test
    void after_unsubscribing_nothing_more_is_told_and_subscribing_again_starts_at_the_head() {
        Heard heard = subscribe(room);
        publish(room, "a");
        heard.await(1);
        backplane().unsubscribe(room);
        publish(room, "b");
        Heard again = subscribe(room);
        assertThat(again.start.offset()).isEqualTo(2);
        publish(room, "c");
        again.await(1);
        assertThat(heard.messages).hasSize(1);
    }

    @Test
    void rooms_do_not_leak_into_each_other() {
        RoomId sameNameElsewhere = RoomId.of("/other", room.name());
        Heard heard = subscribe(room);
        Heard everyone = subscribe(RoomId.everyone("/" + UUID.randomUUID()));
        publish(sameNameElsewhere, "x");
        publish(RoomId.of("/", room.name() + "}"), "x");
        publish(room, "mine");
        heard.await(1);
        assertThat(heard.messages.get(0).data()).isEqualTo(new Data.Text("mine"));
        assertThat(heard.messages.get(0).offset()).isEqualTo(1);
        assertThat(everyone.messages).isEmpty();
    }

    @Test
    void a_session_s_room_is_heard_by_its_node_from_the_first_message_on() {
        RoomId own = RoomId.of("/", node().newSessionId());
        RoomId neighbour = RoomId.of("/", node().newSessionId());
        Heard heard = subscribe(own);
        Heard other = subscribe(neighbour);
        PublishResult receipt = publish(own, "psst");
        publish(own, "psst again");
        heard.await(2);
        assertThat(heard.start.offset()).isZero();
        assertThat(heard.messages).extracting(Message::offset).containsExactly(1L, 2L);
        assertThat(heard.messages).extracting(Message::epoch).containsOnly(receipt.position().epoch());
        assertThat(heard.messages.get(0).room()).isEqualTo(own);
        assertThat(other.messages).isEmpty();
    }

    @Test
    void members_are_listed_the_longest_there_first_until_they_leave() {
        Presence ann = new Presence(new Sender(node().newSessionId(), "ann"), 1);
        Presence bob = new Presence(new Sender(node().newSessionId(), null), 2);
        await(backplane().enter(room, bob));
        await(backplane().enter(room, ann));
        await(backplane().enter(room, ann));
        assertThat(await(backplane().members(room))).containsExactlyInAnyOrder(ann, bob);
        await(backplane().exit(room, ann.who()));
        await(backplane().exit(room, new Sender("~nobody", null)));
        assertThat(await(backplane().members(room))).containsExactly(bob);
        assertThat(await(backplane().members(RoomId.of("/", "nobody was ever here " + UUID.randomUUID())))).isEmpty();
    }

    @Test
    void who_comes_and_goes_is_told_once_and_takes_no_offset() {
        Heard heard = subscribe(room);
        Sender ann = new Sender(node().newSessionId(), "ann");
        await(backplane().enter(room, new Presence(ann, 1)));
        await(backplane().enter(room, new Presence(ann, 1)));
        await(backplane().exit(room, ann));
        await(backplane().exit(room, ann));
        assertThat(publish(room, "a").position().offset()).isEqualTo(1);
        heard.await(1);
        assertThat(heard.notices).containsExactly(
                new PresenceEvent(room, PresenceEvent.Change.JOINED, ann),
                new PresenceEvent(room, PresenceEvent.Change.LEFT, ann));
    }

    @Test
    void the_history_is_read_from_either_end_and_in_its_order() {
        assertThat(await(backplane().history(room, HistoryQuery.after(0, 10))))
                .isEqualTo(new History(StreamPosition.START, List.of()));
        PublishResult last = null;
        for (int i = 1; i <= 20; i++) {
            last = publish(room, "m" + i);
        }
        assertThat(offsets(HistoryQuery.after(5, 3))).containsExactly(6L, 7L, 8L);
        assertThat(offsets(HistoryQuery.after(18, 10))).containsExactly(19L, 20L);
        assertThat(offsets(HistoryQuery.after(20, 10))).isEmpty();
        assertThat(offsets(HistoryQuery.after(99, 10))).isEmpty();
        assertThat(offsets(new HistoryQuery(-1, Long.MAX_VALUE, 2))).containsExactly(19L, 20L);
        assertThat(offsets(new HistoryQuery(-1, 10, 3))).containsExactly(7L, 8L, 9L);
        assertThat(offsets(new HistoryQuery(3, 6, 10))).containsExactly(4L, 5L);
        assertThat(offsets(new HistoryQuery(6, 3, 10))).isEmpty();
        assertThat(offsets(new HistoryQuery(0, 1, 10))).isEmpty();
        History history = await(backplane().history(room, HistoryQuery.after(19, 1)));
        assertThat(history.head()).isEqualTo(last.position());
        assertThat(history.messages().get(0).data()).isEqualTo(new Data.Text("m20"));
        assertThat(history.messages().get(0).epoch()).isEqualTo(last.position().epoch());
    }

    @Test
    void the_history_shows_only_as_many_as_it_is_set_to() {
        RoomId few = RoomId.of("/few", room.name());
        RoomId none = RoomId.of("/none", room.name());
        for (int i = 1; i <= 20; i++) {
            publish(few, "m" + i);
            publish(none, "m" + i);
        }
        assertThat(await(backplane().history(few, HistoryQuery.after(0, 100))).messages())
                .extracting(Message::offset).containsExactly(16L, 17L, 18L, 19L, 20L);
        History nothing = await(backplane().history(none, HistoryQuery.after(0, 100)));
        assertThat(nothing.messages()).isEmpty();
        assertThat(nothing.head().offset()).isEqualTo(20);
    }

    @Test
    void what_is_said_again_with_the_same_key_is_said_once() {
        Heard heard = subscribe(room);
        Publication once = new Publication(room, "message", new Data.Text("a"), null, true, "key-1");
        PublishResult first = await(backplane().publish(once));
        assertThat(await(backplane().publish(once))).isEqualTo(first);
        PublishResult other = await(
                backplane().publish(new Publication(room, "message", new Data.Text("b"), null, true, "key-2")));
        assertThat(other.position().offset()).isEqualTo(2);
        heard.await(2);
        assertThat(heard.messages).hasSize(2);
    }

    @Test
    void rooms_are_listed_by_prefix_in_pages() {
        String ns = "/" + UUID.randomUUID();
        for (int i = 0; i < 25; i++) {
            publish(RoomId.of(ns, "team-" + i), "x");
        }
        publish(RoomId.of(ns, "other*"), "x");
        publish(RoomId.of(ns, node().newSessionId()), "x");
        publish(RoomId.everyone(ns), "x");
        Set<String> names = new TreeSet<>();
        String cursor = null;
        do {
            RoomPage page = await(backplane().rooms(ns, "team-", cursor, 10));
            names.addAll(page.names());
            cursor = page.next();
        } while (cursor != null);
        assertThat(names).hasSize(25).contains("team-0", "team-24");
        assertThat(await(backplane().rooms(ns, "other*", null, 10)).names()).containsExactly("other*");
        assertThat(await(backplane().rooms(ns, "?", null, 10)).names()).isEmpty();
    }

    @Test
    void a_session_is_resumed_once_and_a_lost_answer_does_not_lose_it() {
        SessionStore store = backplane().sessions();
        Sender ann = new Sender(node().newSessionId(), "ann");
        SavedSession saved = new SavedSession(store.newToken(), ann, "/", Map.of("lobby", true, "news", false),
                Set.of("news"));
        await(store.save(saved));
        await(store.release(saved.token()));
        SavedSession resumed = await(store.resume(saved.token()));
        assertThat(resumed.self()).isEqualTo(ann);
        assertThat(resumed.rooms()).isEqualTo(saved.rooms());
        assertThat(resumed.granted()).isEqualTo(saved.granted());
        assertThat(resumed.token()).isNotEqualTo(saved.token());
        await(store.release(resumed.token()));
        SavedSession again = await(store.resume(saved.token()));
        assertThat(again.self()).isEqualTo(ann);
        assertThat(again.token()).isNotEqualTo(resumed.token());
        assertThat(await(store.resume("nonsense"))).isNull();
        assertThat(await(store.resume(store.newToken()))).isNull();
        await(store.forget(again.token()));
        assertThat(await(store.resume(again.token()))).isNull();
    }

    private List<Long> offsets(HistoryQuery query) {
        return await(backplane().history(room, query)).messages().stream().map(Message::offset).toList();
    }

    private Heard subscribe(RoomId id) {
        Heard heard = new Heard();
        backplane().subscribe(id, heard);
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> heard.start != null);
        return heard;
    }

    private PublishResult publish(RoomId id, String text) {
        return await(backplane().publish(text(id, text)));
    }

    private static Publication text(RoomId id, String text) {
        return new Publication(id, "message", new Data.Text(text), null, true);
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(PATIENCE);
    }

    private static final class Heard implements Subscriber {
        final List<Message> messages = Collections.synchronizedList(new ArrayList<>());
        final List<PresenceEvent> notices = Collections.synchronizedList(new ArrayList<>());
        volatile StreamPosition start;

        @Override
        public void subscribed(StreamPosition position) {
            start = position;
        }

        @Override
        public void message(Message message) {
            messages.add(message);
        }

        @Override
        public void lost(StreamPosition upTo) {
            throw new AssertionError("lost " + upTo);
        }

        @Override
        public void notice(PresenceEvent notice) {
            notices.add(notice);
        }

        @Override
        public boolean isBehind() {
            return false;
        }

        @Override
        public void unavailable(Throwable cause) {
            throw new AssertionError(cause);
        }

        void await(int count) {
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> messages.size() >= count);
        }
    }
}
