package dev.atrium.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Contract of every backplane. */
public abstract class BackplaneContract {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

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
    void a_subscriber_receives_the_messages_after_its_start_in_order() {
        publish(room, "before");
        RecordingSubscriber received = subscribe(room);
        assertThat(received.start.offset()).isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            publish(room, "m" + i);
        }
        received.await(100);
        for (int i = 0; i < 100; i++) {
            assertThat(received.messages.get(i).offset()).isEqualTo(i + 2);
            assertThat(received.messages.get(i).data()).isEqualTo(new Data.Text("m" + i));
            assertThat(received.messages.get(i).epoch()).isEqualTo(received.start.epoch());
        }
    }

    @Test
    void a_volatile_message_reaches_who_is_subscribed_and_leaves_no_trace() {
        await(backplane().publishVolatile(text(room, "to nobody")));
        publish(room, "first");
        RecordingSubscriber received = subscribe(room);
        Sender from = new Sender(node().newSessionId(), "ann");
        await(backplane().publishVolatile(new Publication(room, "typing", new Data.Json("{\"x\":1}"), from, false)));
        publish(room, "second");
        received.await(2);
        Message typing = received.messages.stream().filter(Message::isVolatile).findFirst().orElseThrow();
        assertThat(typing.event()).isEqualTo("typing");
        assertThat(typing.data()).isEqualTo(new Data.Json("{\"x\":1}"));
        assertThat(typing.from()).isEqualTo(from);
        assertThat(typing.echo()).isFalse();
        assertThat(typing.atMicros()).isPositive();
        assertThat(received.messages).extracting(Message::offset).containsExactlyInAnyOrder(0L, 2L);
        History history = await(backplane().history(room, HistoryQuery.after(0, 10)));
        assertThat(history.messages()).extracting(Message::data).containsExactly(new Data.Text("first"),
                new Data.Text("second"));
    }

    @Test
    void a_message_to_a_session_that_has_to_exist_fails_once_it_is_neither_connected_nor_resumable() {
        RoomId own = RoomId.of("/", node().newSessionId());
        Publication message = text(own, "hello").toExistingSession();
        Publication once = new Publication(own, "once", new Data.Text("hello"), null, true, "key").toExistingSession();
        assertNoSession(message);
        await(backplane().publish(text(own, "of the application")));
        subscribe(own);
        assertThat(await(backplane().publish(message)).position().offset()).isEqualTo(2);
        await(backplane().publishVolatile(message));
        StreamPosition accepted = await(backplane().publish(once)).position();

        SessionStore store = backplane().sessions();
        SavedSession session = new SavedSession(store.newToken(), new Sender(own.name(), null), "/", Map.of(), Set.of());
        await(store.save(session));
        await(store.release(session.token()));
        backplane().unsubscribe(own);
        assertThat(await(backplane().publish(message)).position().offset()).isEqualTo(4);
        await(backplane().publishVolatile(message));
        assertNoSession(text(RoomId.of("/other", own.name()), "hello").toExistingSession());

        SavedSession resumed = await(resume(store, session));
        await(backplane().publish(message));
        await(store.delete(resumed.token()));
        assertNoSession(message);
        assertThat(await(backplane().publish(once)).position()).as("a retry after a lost reply").isEqualTo(accepted);
        assertThat(await(backplane().publish(text(room, "hello").toExistingSession())).position().offset()).isEqualTo(1);
        await(backplane().publishVolatile(text(room, "hello").toExistingSession()));
    }

    private void assertNoSession(Publication message) {
        assertThatThrownBy(() -> await(backplane().publish(message))).isInstanceOf(NoSuchSessionException.class);
        assertThatThrownBy(() -> await(backplane().publishVolatile(message))).isInstanceOf(NoSuchSessionException.class);
    }

    @Test
    void a_message_is_received_with_all_of_its_fields() {
        RecordingSubscriber received = subscribe(room);
        List<Data> datas = List.of(new Data.Text("ü\n😀\u0000"), new Data.Json("{\"a\":[1.50,null]}"),
                new Data.Text(""), Data.Json.NULL);
        Sender from = new Sender(node().newSessionId(), "ann \"the\" user");
        for (Data data : datas) {
            await(backplane().publish(new Publication(room, "some event", data, from, false)));
        }
        await(backplane().publish(new Publication(room, "bytes", new Data.Binary(new byte[] { 0, 10, -1 }), null, true)));
        received.await(5);
        for (int i = 0; i < datas.size(); i++) {
            Message message = received.messages.get(i);
            assertThat(message.data()).isEqualTo(datas.get(i));
            assertThat(message.event()).isEqualTo("some event");
            assertThat(message.from()).isEqualTo(from);
            assertThat(message.echo()).isFalse();
            assertThat(message.room()).isEqualTo(room);
        }
        Message last = received.messages.get(4);
        assertThat(((Data.Binary) last.data()).bytes()).containsExactly(0, 10, -1);
        assertThat(last.from()).isNull();
        assertThat(last.echo()).isTrue();
    }

    @Test
    void publishers_on_many_threads_share_one_order_and_each_keeps_its_own() throws Exception {
        RecordingSubscriber received = subscribe(room);
        int threads = 4;
        int each = 200;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                done.add(executor.submit(() -> {
                    List<Uni<PublishResult>> pending = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        Uni<PublishResult> result = backplane().publish(text(room, thread + " " + i)).memoize().indefinitely();
                        result.subscribe().with(ignored -> {
                        }, failure -> {
                        });
                        pending.add(result);
                    }
                    pending.forEach(BackplaneContract::await);
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            executor.shutdown();
        }
        received.await(threads * each);
        int[] next = new int[threads];
        for (int i = 0; i < threads * each; i++) {
            assertThat(received.messages.get(i).offset()).isEqualTo(i + 1);
            String[] parts = ((Data.Text) received.messages.get(i).data()).text().split(" ");
            assertThat(Integer.parseInt(parts[1])).isEqualTo(next[Integer.parseInt(parts[0])]++);
        }
    }

    @Test
    void no_message_is_delivered_after_unsubscribing_and_a_new_subscription_starts_at_the_head() {
        RecordingSubscriber received = subscribe(room);
        publish(room, "a");
        received.await(1);
        backplane().unsubscribe(room);
        publish(room, "b");
        RecordingSubscriber again = subscribe(room);
        assertThat(again.start.offset()).isEqualTo(2);
        publish(room, "c");
        again.await(1);
        assertThat(received.messages).hasSize(1);
    }

    @Test
    void rooms_do_not_leak_into_each_other() {
        RoomId sameNameElsewhere = RoomId.of("/other", room.name());
        RecordingSubscriber received = subscribe(room);
        RecordingSubscriber everyone = subscribe(RoomId.everyone("/" + UUID.randomUUID()));
        publish(sameNameElsewhere, "x");
        publish(RoomId.of("/", room.name() + "}"), "x");
        publish(room, "mine");
        received.await(1);
        assertThat(received.messages.get(0).data()).isEqualTo(new Data.Text("mine"));
        assertThat(received.messages.get(0).offset()).isEqualTo(1);
        assertThat(everyone.messages).isEmpty();
    }

    @Test
    void the_room_of_a_session_is_delivered_to_its_replica_from_the_first_message_on() {
        RoomId own = RoomId.of("/", node().newSessionId());
        RoomId neighbour = RoomId.of("/", node().newSessionId());
        RecordingSubscriber received = subscribe(own);
        RecordingSubscriber other = subscribe(neighbour);
        PublishResult result = publish(own, "first");
        publish(own, "second");
        received.await(2);
        assertThat(received.start.offset()).isZero();
        assertThat(received.messages).extracting(Message::offset).containsExactly(1L, 2L);
        assertThat(received.messages).extracting(Message::epoch).containsOnly(result.position().epoch());
        assertThat(received.messages.get(0).room()).isEqualTo(own);
        assertThat(other.messages).isEmpty();
    }

    @Test
    void members_are_listed_until_they_leave() {
        Presence ann = new Presence(new Sender(node().newSessionId(), "ann"), 1);
        Presence bob = new Presence(new Sender(node().newSessionId(), null), 2);
        await(backplane().enter(room, bob));
        await(backplane().enter(room, ann));
        await(backplane().enter(room, ann));
        assertThat(await(backplane().members(room))).containsExactlyInAnyOrder(ann, bob);
        assertThat(await(backplane().memberCount(room))).isEqualTo(2);
        await(backplane().exit(room, ann.who()));
        await(backplane().exit(room, new Sender("~unknown", null)));
        assertThat(await(backplane().members(room))).containsExactly(bob);
        RoomId neverUsed = RoomId.of("/", "never used " + UUID.randomUUID());
        assertThat(await(backplane().members(neverUsed))).isEmpty();
        assertThat(await(backplane().memberCount(neverUsed))).isZero();
    }

    @Test
    void presence_events_are_published_once_and_take_no_offset() {
        RecordingSubscriber received = subscribe(room);
        Sender ann = new Sender(node().newSessionId(), "ann");
        await(backplane().enter(room, new Presence(ann, 1)));
        await(backplane().enter(room, new Presence(ann, 1)));
        await(backplane().exit(room, ann));
        await(backplane().exit(room, ann));
        assertThat(publish(room, "a").position().offset()).isEqualTo(1);
        received.await(1);
        assertThat(received.presenceEvents).containsExactly(
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
    void the_history_has_at_most_as_many_messages_as_configured() {
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
    void a_publication_repeated_with_the_same_key_is_published_once() {
        RecordingSubscriber received = subscribe(room);
        Publication once = new Publication(room, "message", new Data.Text("a"), null, true, "key-1");
        PublishResult first = await(backplane().publish(once));
        assertThat(await(backplane().publish(once))).isEqualTo(first);
        PublishResult other = await(
                backplane().publish(new Publication(room, "message", new Data.Text("b"), null, true, "key-2")));
        assertThat(other.position().offset()).isEqualTo(2);
        received.await(2);
        assertThat(received.messages).hasSize(2);
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
        assertThatThrownBy(() -> await(backplane().rooms(ns, "", "", 10))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cursor: expected the next of the page before");
    }

    @Test
    void a_session_that_waits_for_its_client_is_ended_once() {
        SessionStore store = backplane().sessions();
        store.serve((namespace, id, resumed) -> Uni.createFrom().item(false));
        SavedSession saved = new SavedSession(store.newToken(), new Sender(node().newSessionId(), "ann"), "/", Map.of(),
                Set.of());
        await(store.save(saved));
        await(store.release(saved.token()));
        assertThat(await(store.end("/other", saved.self().id()))).isFalse();
        assertThat(await(store.end("/", saved.self().id()))).isTrue();
        assertThat(await(store.end("/", saved.self().id()))).isFalse();
        assertThat(await(resume(store, saved))).isNull();
    }

    @Test
    void the_sessions_of_a_user_that_wait_for_their_client_are_ended_in_one_namespace_or_in_all() {
        SessionStore store = backplane().sessions();
        // No other test has this user, who over Redis cannot resume for a while.
        String user = "user " + node().newSessionId();
        SavedSession ann = waiting(store, user, "/");
        SavedSession annInChat = waiting(store, user, "/chat");
        SavedSession bob = waiting(store, "bob", "/chat");
        SavedSession anonymous = waiting(store, null, "/chat");
        await(store.revoke("/chat", user));
        assertThat(await(resume(store, annInChat))).isNull();
        SavedSession resumed = await(resume(store, ann));
        assertThat(resumed.self()).isEqualTo(ann.self());
        await(store.release(resumed.token()));
        await(store.revoke(null, user));
        assertThat(await(resume(store, resumed))).isNull();
        assertThat(await(resume(store, ann))).isNull();
        for (SavedSession other : List.of(bob, anonymous)) {
            assertThat(await(resume(store, other)).self()).isEqualTo(other.self());
        }
    }

    private SavedSession waiting(SessionStore store, String user, String namespace) {
        SavedSession saved = new SavedSession(store.newToken(), new Sender(node().newSessionId(), user), namespace, Map.of(),
                Set.of());
        await(store.save(saved));
        await(store.release(saved.token()));
        return saved;
    }

    private static Uni<SavedSession> resume(SessionStore store, SavedSession session) {
        return store.resume(session.token(), session.namespace(), session.self().user());
    }

    @Test
    void a_session_of_another_user_or_namespace_is_not_taken_from_its_client() {
        SessionStore store = backplane().sessions();
        List<String> ended = new CopyOnWriteArrayList<>();
        store.serve((namespace, id, resumed) -> {
            ended.add(id);
            return Uni.createFrom().item(true);
        });
        SavedSession ann = new SavedSession(store.newToken(), new Sender(node().newSessionId(), "ann"), "/",
                Map.of("lobby", true), Set.of());
        SavedSession anonymous = new SavedSession(store.newToken(), new Sender(node().newSessionId(), null), "/", Map.of(),
                Set.of());
        for (SavedSession saved : List.of(ann, anonymous)) {
            await(store.save(saved));
            String user = saved.self().user();
            for (int i = 0; i < 2; i++) {
                assertThat(await(store.resume(saved.token(), "/chat", user))).isEqualTo(saved);
                assertThat(await(store.resume(saved.token(), "/", user == null ? "ann" : null))).isEqualTo(saved);
                assertThat(await(store.resume(saved.token(), "/", "bob"))).isEqualTo(saved);
                assertThat(ended).isEmpty();
                assertThat(await(store.isTakenOver(saved.token()))).isFalse();
                await(store.release(saved.token()));
            }
            SavedSession resumed = await(resume(store, saved));
            assertThat(resumed.rooms()).isEqualTo(saved.rooms());
            assertThat(await(store.resume(saved.token(), "/", "bob"))).as("by the token that leads to it").isEqualTo(resumed);
            await(store.delete(resumed.token()));
            ended.clear();
        }
    }

    @Test
    void a_session_survives_any_number_of_lost_replies() {
        SessionStore store = backplane().sessions();
        SavedSession saved = new SavedSession(store.newToken(), new Sender("~repeated", null), "/", Map.of(), Set.of());
        await(store.save(saved));
        await(store.release(saved.token()));
        for (int i = 0; i < 12; i++) {
            SavedSession resumed = await(resume(store, saved));
            assertThat(resumed).as("attempt " + i).isNotNull();
            await(store.release(resumed.token()));
        }
    }

    @Test
    void a_session_is_resumed_once_and_survives_a_lost_reply() {
        SessionStore store = backplane().sessions();
        Sender ann = new Sender(node().newSessionId(), "ann");
        SavedSession saved = new SavedSession(store.newToken(), ann, "/", Map.of("lobby", true, "news", false),
                Set.of("news"));
        await(store.save(saved));
        await(store.release(saved.token()));
        SavedSession resumed = await(resume(store, saved));
        assertThat(resumed.self()).isEqualTo(ann);
        assertThat(resumed.rooms()).isEqualTo(saved.rooms());
        assertThat(resumed.granted()).isEqualTo(saved.granted());
        assertThat(resumed.token()).isNotEqualTo(saved.token());
        await(store.release(resumed.token()));
        SavedSession again = await(resume(store, saved));
        assertThat(again.self()).isEqualTo(ann);
        assertThat(again.token()).isNotEqualTo(resumed.token());
        await(store.lead(saved.token(), again, Duration.ofDays(1)));
        await(store.release(again.token()));
        again = await(resume(store, saved));
        assertThat(again.self()).as("its client keeps the first token").isEqualTo(ann);
        assertThat(await(store.resume("nonsense", "/", "ann"))).isNull();
        assertThat(await(store.resume(store.newToken(), "/", "ann"))).isNull();
        await(store.delete(again.token()));
        assertThat(await(resume(store, again))).isNull();
    }

    @Test
    void the_history_has_at_most_as_many_bytes_as_configured_and_tells_what_it_dropped() {
        RoomId small = RoomId.of("/small", room.name());
        PublishResult first = publish(small, "x".repeat(500));
        assertThat(await(backplane().history(small, HistoryQuery.after(0, 100))).droppedMicros()).isZero();
        for (int i = 0; i < 9; i++) {
            publish(small, "x".repeat(500));
        }
        History history = await(backplane().history(small, HistoryQuery.after(0, 100)));
        assertThat(history.messages()).extracting(Message::offset).containsExactly(8L, 9L, 10L);
        assertThat(history.continues(first.position())).as("readers learn of the gap").isFalse();
        assertThat(history.droppedMicros()).isBetween(first.atMicros(), history.messages().get(0).atMicros());
        publish(small, "x".repeat(3_000));
        history = await(backplane().history(small, HistoryQuery.after(0, 100)));
        assertThat(history.messages()).as("one that is too large by itself").isEmpty();
        assertThat(history.head().offset()).isEqualTo(11);
        publish(small, "x");
        assertThat(await(backplane().history(small, HistoryQuery.after(11, 100))).messages()).hasSize(1);
    }

    private List<Long> offsets(HistoryQuery query) {
        return await(backplane().history(room, query)).messages().stream().map(Message::offset).toList();
    }

    private RecordingSubscriber subscribe(RoomId id) {
        RecordingSubscriber received = new RecordingSubscriber();
        backplane().subscribe(id, received);
        Awaitility.await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(5)).until(() -> received.start != null);
        return received;
    }

    private PublishResult publish(RoomId id, String text) {
        return await(backplane().publish(text(id, text)));
    }

    private static Publication text(RoomId id, String text) {
        return new Publication(id, "message", new Data.Text(text), null, true);
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(TIMEOUT);
    }
}
