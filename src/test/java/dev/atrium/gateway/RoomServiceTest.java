package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.room.Data;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.Rooms;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import dev.atrium.security.Identity;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import dev.atrium.tracing.Tracing;
import io.smallrye.mutiny.Uni;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations in rooms: joining, leaving, publishing, and resuming an earlier session. */
class RoomServiceTest extends WithGateway {

    private static final Data TEXT = new Data.Text("x");
    private static final Sender SENDER = new Sender("~abcdefghijklmnopqrst", "ann");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''             |       | event: expected a name, or none for "message"
            @file          |       | event: names that begin with @ are the server's
            connect        |       | event: connect is reserved for the client library of Socket.IO, which emits it itself
            disconnecting  |       | event: disconnecting is reserved for the client library of Socket.IO, which emits it itself
            newListener    |       | event: newListener is reserved for the client library of Socket.IO, which emits it itself
            say            | ''    | idempotency: expected 1 to 64 printable ASCII characters without spaces
            say            | 'a b' | idempotency: expected 1 to 64 printable ASCII characters without spaces
            say            | é     | idempotency: expected 1 to 64 printable ASCII characters without spaces
            """)
    void an_invalid_publication_is_400_and_counted(String event, String idempotency, String message) {
        assertRefused(event, idempotency, message);
    }

    static List<String> longNames() {
        return List.of("x".repeat(256), "é".repeat(128), "漢".repeat(85) + "a", "😀".repeat(64));
    }

    @ParameterizedTest
    @MethodSource("longNames")
    void the_name_of_an_event_is_measured_in_bytes(String event) {
        assertRefused(event, null, "event: expected at most 255 bytes of UTF-8");
    }

    @Test
    void half_a_character_and_a_long_key_are_refused_too() {
        assertRefused("a\uD83D", null, "event: expected whole characters, got half of a surrogate pair");
        assertRefused("say", "x".repeat(65), "idempotency: expected 1 to 64 printable ASCII characters without spaces");
    }

    @ParameterizedTest
    @CsvSource({ "0, 0000", "10, 000A", "127, 007F", "133, 0085", "8232, 2028", "8233, 2029" })
    void a_character_that_cannot_be_printed_is_refused_as_in_the_name_of_a_room(int character, String shown) {
        assertRefused("a" + Character.toString(character) + "b", null, "event: expected printable characters, got U+" + shown);
    }

    static List<String> names() {
        return List.of("say", "Connect", "a@", "x".repeat(255), "é".repeat(127), "漢".repeat(85), " ");
    }

    @ParameterizedTest
    @MethodSource("names")
    void any_other_name_is_the_name_of_an_event(String event) {
        PublishResult result = done(
                service.publish(new Publication(LOBBY, event, TEXT, SENDER, true, "!~" + "k".repeat(62)), Transport.PLAIN));
        assertThat(result.position().offset()).isOne();
        assertThat(events(Event.Accepted.class)).containsExactly(
                new Event.Accepted(new Publication(LOBBY, event, TEXT, SENDER, true, "!~" + "k".repeat(62)), Transport.PLAIN));
    }

    /** As an application's handlers do that were called twice, while Redis has not confirmed the subscription of the room. */
    @Test
    void two_joins_that_wait_for_the_room_at_once_are_one_membership() {
        Waiting waiting = new Waiting();
        Client client = connect(ANN);
        List<Joined> joined = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            waiting.service.join(client.session, LOBBY, false, null).subscribe().with(joined::add);
        }
        waiting.subscribe();
        assertThat(joined).hasSize(2).extracting(Joined::membership).containsOnly(client.session.membership(LOBBY));
        assertThat(waiting.rooms.memberships()).isOne();
        assertThat(events(Event.Joined.class)).hasSize(1);
        done(waiting.service.leave(client.session, LOBBY));
        assertThat(waiting.rooms.isInUse(LOBBY)).isFalse();
    }

    @Test
    void joins_and_leaves_that_wait_for_the_room_take_effect_in_their_order() {
        Waiting waiting = new Waiting();
        Client client = connect(ANN);
        List<String> done = new ArrayList<>();
        waiting.service.join(client.session, LOBBY, false, null).subscribe().with(joined -> done.add("joined"));
        waiting.service.leave(client.session, LOBBY).subscribe().with(left -> done.add("left"));
        waiting.subscribe();
        assertThat(done).containsExactly("joined", "left");
        assertThat(client.session.membership(LOBBY)).isNull();
        assertThat(waiting.rooms.isInUse(LOBBY)).isFalse();

        done.clear();
        waiting.service.join(client.session, LOBBY, false, null).subscribe().with(joined -> done.add("joined"));
        waiting.service.leave(client.session, LOBBY).subscribe().with(left -> done.add("left"));
        waiting.service.join(client.session, LOBBY, true, null).subscribe().with(joined -> done.add("joined"));
        waiting.subscribe();
        waiting.subscribe();
        assertThat(done).containsExactly("joined", "left", "joined");
        assertThat(client.session.membership(LOBBY).watchesPresence()).isTrue();
        assertThat(waiting.rooms.memberships()).isOne();
    }

    @Test
    void a_leave_behind_a_join_that_fails_does_nothing() {
        Waiting waiting = new Waiting();
        Client client = connect(ANN);
        List<String> done = new ArrayList<>();
        waiting.service.join(client.session, LOBBY, false, null).subscribe().with(joined -> done.add("joined"),
                failure -> done.add("failed"));
        waiting.service.leave(client.session, LOBBY).subscribe().with(left -> done.add("left"));
        client.session.closed(CloseReason.CONNECTION_LOST);
        waiting.subscribe();
        assertThat(done).containsExactly("failed", "left");
        assertThat(waiting.rooms.isInUse(LOBBY)).isFalse();
    }

    @Test
    void a_client_that_joins_and_leaves_without_a_pause_leaves_nothing_in_memory() {
        Waiting waiting = new Waiting();
        Client client = connect(ANN);
        List<WeakReference<Joined>> results = new ArrayList<>();
        waiting.service.join(client.session, LOBBY, false, null).subscribe().with(joined -> {
        });
        for (int i = 0; i < 100; i++) {
            // The next join waits before the one before it is over.
            waiting.service.leave(client.session, LOBBY).subscribe().with(left -> {
            });
            waiting.service.join(client.session, LOBBY, false, null).subscribe()
                    .with(joined -> results.add(new WeakReference<>(joined)));
            waiting.subscribe();
        }
        assertThat(results).hasSize(99);
        await().untilAsserted(() -> {
            System.gc();
            assertThat(results).filteredOn(each -> each.get() != null).as("joins of before").isEmpty();
        });
    }

    /** Service whose backplane confirms no subscription before {@link #subscribe}. */
    private final class Waiting {

        private final List<Runnable> subscriptions = new ArrayList<>();
        private final Rooms rooms;
        private final RoomService service;

        private Waiting() {
            Backplane slow = (Backplane) Proxy.newProxyInstance(Backplane.class.getClassLoader(),
                    new Class<?>[] { Backplane.class },
                    (proxy, method, arguments) -> {
                        if (!method.getName().equals("subscribe")) {
                            return method.invoke(memory, arguments);
                        }
                        subscriptions.add(() -> memory.subscribe((RoomId) arguments[0], (Subscriber) arguments[1]));
                        return null;
                    });
            rooms = new Rooms(slow, (message, members) -> {
            }, Tracing.off());
            service = new RoomService(slow, sessions, rooms, new Events(events::add), Tracing.off());
        }

        private void subscribe() {
            List<Runnable> due = List.copyOf(subscriptions);
            subscriptions.clear();
            due.forEach(Runnable::run);
            turn();
        }
    }

    @Test
    void an_event_without_a_name_is_a_message() {
        done(service.publish(new Publication(LOBBY, "message", TEXT, null, true, null), Transport.PLAIN));
        assertThat(done(service.history(LOBBY, HistoryQuery.after(0, 1))).messages()).extracting(each -> each.event())
                .containsExactly("message");
    }

    @Test
    void the_server_publishes_events_that_clients_may_not_publish() {
        done(service.announce(new Publication(LOBBY, "@file", TEXT, null, true), Transport.HTTP));
        assertThat(done(service.history(LOBBY, HistoryQuery.after(0, 1))).messages()).extracting(each -> each.event())
                .containsExactly("@file");
    }

    @Test
    void a_publication_that_is_repeated_with_its_key_is_published_once() {
        PublishResult first = done(
                service.publish(new Publication(LOBBY, "message", TEXT, SENDER, true, "key"), Transport.PLAIN));
        assertThat(done(service.publish(new Publication(LOBBY, "message", TEXT, SENDER, true, "key"), Transport.PLAIN)))
                .isEqualTo(first);
        assertThat(done(service.publish(new Publication(LOBBY, "message", TEXT, SENDER, true, "other"), Transport.PLAIN))
                .position().offset())
                .isEqualTo(2);
    }

    @Test
    void a_publication_that_the_backplane_does_not_take_is_refused_and_counted() {
        outages.put("publish", BackplaneUnavailableException.unanswered(new IllegalStateException("test")));
        ErrorReply error = error(service.publish(new Publication(LOBBY, "message", TEXT, SENDER, true, null), Transport.PLAIN));
        assertThat(error.code()).isEqualTo(503);
        assertThat(error.isRepeatable()).isFalse();
        assertThat(events).containsExactly(new Event.Refused(Transport.PLAIN, 503));
    }

    @Test
    void a_join_that_fails_halfway_is_undone_and_can_be_repeated() {
        Client client = admit(ANN);
        outages.put("enter", BackplaneUnavailableException.unanswered(new IllegalStateException("test")));
        ErrorReply error = error(service.join(client.session, LOBBY, false, null));
        assertThat(error.code()).isEqualTo(503);
        assertThat(error.isRepeatable()).as("whether Redis has done it or not").isTrue();
        assertThat(client.session.membership(LOBBY)).isNull();
        outages.clear();
        join(client, LOBBY);
        assertThat(done(memory.members(LOBBY))).hasSize(1);
    }

    @Test
    void a_replica_whose_members_are_far_behind_takes_no_more() {
        Client client = admit(ANN);
        join(client, LOBBY);
        String large = "x".repeat(1 << 20);
        for (int i = 0; i <= 64; i++) {
            say(LOBBY, large);
        }
        events.clear();
        ErrorReply error = error(
                service.publish(new Publication(LOBBY, "message", TEXT, SENDER, true, null), Transport.SESSION));
        assertThat(error.code()).isEqualTo(503);
        assertThat(error.getMessage()).isEqualTo("this replica is overloaded, try again later");
        assertThat(error.isRepeatable()).isTrue();
        assertThat(events).containsExactly(new Event.Refused(Transport.SESSION, 503));
        events.clear();
        assertThat(error(service.publish(new Publication(LOBBY, "message", TEXT, SENDER, true, null), Transport.PLAIN)).code())
                .isEqualTo(503);
        assertThat(events).as("a plain socket waits, and is refused nothing").isEmpty();
        turn();
        assertThat(done(service.publish(new Publication(LOBBY, "message", TEXT, SENDER, true, null), Transport.PLAIN))
                .position().offset())
                .isEqualTo(66);
    }

    @Test
    void a_session_that_joins_is_present_and_is_sent_the_messages_from_then_on() {
        Client client = admit(ANN);
        say(LOBBY, "before");
        Joined joined = join(client, LOBBY);
        assertThat(joined.position().offset()).isOne();
        assertThat(joined.recovered()).isFalse();
        say(LOBBY, "after");
        turn();
        assertThat(client.received).containsExactly("after");
        assertThat(done(memory.members(LOBBY))).extracting(Presence::who).containsExactly(client.session.self());
        assertThat(done(service.memberCount(LOBBY))).isOne();
        assertThat(events(Event.Joined.class)).containsExactly(new Event.Joined(Event.Subject.of(client.session), LOBBY));
    }

    @Test
    void joining_twice_is_joining_once_but_the_last_word_on_presence_counts() {
        Client client = admit(ANN);
        Joined first = join(client, LOBBY);
        Joined second = done(service.join(client.session, LOBBY, true, null));
        assertThat(second.membership()).isSameAs(first.membership());
        assertThat(second.recovered()).isFalse();
        assertThat(client.session.membership(LOBBY).watchesPresence()).isTrue();
        assertThat(events(Event.Joined.class)).hasSize(1);
        Client other = admit(user("bob", "*:join"));
        join(other, LOBBY);
        turn();
        assertThat(client.received).containsExactly("JOINED " + other.session.id());
        done(service.join(client.session, LOBBY, false, null));
        done(service.leave(other.session, LOBBY));
        turn();
        assertThat(client.received).hasSize(1);
    }

    @Test
    void a_session_that_joins_again_from_a_position_that_it_was_sent_everything_after_has_lost_nothing() {
        Client client = admit(ANN);
        StreamPosition before = say(LOBBY, "1").position();
        StreamPosition start = say(LOBBY, "2").position();
        join(client, LOBBY);
        assertThat(done(service.join(client.session, LOBBY, false, start)).recovered()).isTrue();
        assertThat(done(service.join(client.session, LOBBY, false, new StreamPosition(start.epoch(), 5))).recovered()).isTrue();
        assertThat(done(service.join(client.session, LOBBY, false, before)).recovered()).isFalse();
        assertThat(done(service.join(client.session, LOBBY, false, new StreamPosition("other", 2))).recovered()).isFalse();
    }

    @Test
    void a_session_cannot_join_the_own_room_of_another() {
        Client client = admit(ANN);
        ErrorReply error = error(service.join(client.session, RoomId.of("/", "~abcdefghijklmnopqrst"), false, null));
        assertThat(error.code()).isEqualTo(403);
        assertThat(error.getMessage()).isEqualTo("room: this is another session's own room");
        assertThat(done(service.join(client.session, RoomId.of("/", client.session.id()), false, null)).room().name())
                .isEqualTo(client.session.id());
    }

    @Test
    void a_client_that_may_not_read_the_history_is_sent_what_it_missed_and_whether_that_is_all() {
        startRequired();
        Identity member = user("ann", "*:join");
        clock.pass(Duration.ofMinutes(-10));
        String epoch = say(LOBBY, "old").position().epoch();
        clock.pass(Duration.ofMinutes(10));
        say(LOBBY, "recent");
        Client client = connect(member);
        Joined all = done(
                gateway.execute(client.session, Cost.NONE, new Command.Join(LOBBY, false, new StreamPosition(epoch, 0))));
        assertThat(all.recovered()).isFalse();
        all.membership().follow();
        turn();
        assertThat(client.received).containsExactly("recent");
        Client other = connect(member);
        assertThat(
                done(gateway.execute(other.session, Cost.NONE, new Command.Join(LOBBY, false, new StreamPosition(epoch, 1))))
                        .recovered())
                .isTrue();
        Client reader = connect(user("bob", "*:join history"));
        Joined whole = done(
                gateway.execute(reader.session, Cost.NONE, new Command.Join(LOBBY, false, new StreamPosition(epoch, 0))));
        assertThat(whole.recovered()).isTrue();
        whole.membership().follow();
        turn();
        assertThat(reader.received).containsExactly("old", "recent");
    }

    @Test
    void a_session_that_has_ended_joins_nothing() {
        Client client = admit(ANN);
        client.session.closed(CloseReason.NORMAL);
        assertThat(error(service.join(client.session, LOBBY, false, null)).code()).isEqualTo(410);
        assertThat(done(memory.members(LOBBY))).isEmpty();
    }

    @Test
    void a_session_that_leaves_is_sent_nothing_more_and_is_gone_for_others() {
        Client client = admit(ANN);
        join(client, LOBBY);
        client.session.granted().add("lobby");
        done(service.leave(client.session, LOBBY));
        say(LOBBY, "after");
        turn();
        assertThat(client.received).isEmpty();
        assertThat(done(memory.members(LOBBY))).isEmpty();
        assertThat(client.session.granted()).isEmpty();
        assertThat(events(Event.Left.class)).containsExactly(new Event.Left(Event.Subject.of(client.session), LOBBY));
        done(service.leave(client.session, LOBBY));
        assertThat(events(Event.Left.class)).hasSize(1);
    }

    @Test
    void a_session_cannot_leave_its_own_room_but_can_leave_its_namespaces() {
        Client client = admit(ANN);
        ErrorReply error = error(service.leave(client.session, RoomId.of("/", client.session.id())));
        assertThat(error.code()).isEqualTo(400);
        assertThat(error.getMessage()).isEqualTo("room: a session cannot leave its own room");
        done(service.leave(client.session, RoomId.everyone("/")));
        assertThat(client.session.memberships()).hasSize(1);
    }

    @Test
    void a_session_that_ends_leaves_all_rooms_without_an_event_of_its_own_for_each() {
        Client client = admit(ANN);
        Client other = admit(user("bob", "*:join presence"));
        join(client, LOBBY);
        join(client, NEWS);
        turn();
        done(service.join(other.session, LOBBY, true, null)).membership().follow();
        client.session.close(CloseReason.GOING_AWAY);
        turn();
        assertThat(client.session.memberships()).isEmpty();
        assertThat(other.received).containsExactly("LEFT " + client.session.id());
        assertThat(done(memory.members(NEWS))).isEmpty();
        assertThat(events(Event.Left.class)).isEmpty();
        assertThat(events(Event.Disconnected.class)).containsExactly(
                new Event.Disconnected(Event.Subject.of(client.session), CloseReason.GOING_AWAY, 2, true));
    }

    @Test
    void a_session_that_is_hidden_is_in_no_list() {
        Client client = admit(ANN);
        client.session.hide();
        join(client, LOBBY);
        assertThat(done(memory.members(LOBBY))).isEmpty();
        say(LOBBY, "x");
        turn();
        assertThat(client.received).containsExactly("x");
        done(service.leave(client.session, LOBBY));
        say(LOBBY, "y");
        turn();
        assertThat(client.received).hasSize(1);
    }

    @Test
    void members_of_its_own_room_and_its_namespaces_are_in_no_list_either() {
        Client client = admit(ANN);
        assertThat(done(memory.members(RoomId.of("/", client.session.id())))).isEmpty();
        assertThat(done(memory.members(RoomId.everyone("/")))).isEmpty();
        say(RoomId.of("/", client.session.id()), "for you");
        say(RoomId.everyone("/"), "for all");
        turn();
        assertThat(client.received).containsExactlyInAnyOrder("for you", "for all");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void a_cursor_that_the_backplane_does_not_know_is_400_and_any_other_failure_is_not(boolean cursor) {
        outages.put("rooms", cursor ? new IllegalArgumentException("cursor: expected the next of the page before")
                : new IllegalStateException("x"));
        ErrorReply error = error(service.rooms("/", "", "x", 10));
        assertThat(error.code()).isEqualTo(cursor ? 400 : 500);
        assertThat(error.getMessage()).isEqualTo(cursor ? "cursor: expected the next of the page before" : "server fault");
    }

    @Test
    void a_client_that_knows_only_its_last_message_gets_all_that_it_missed() {
        Client first = admit(ANN);
        join(first, LOBBY);
        join(first, NEWS);
        clock.pass(Duration.ofSeconds(-20));
        PublishResult last = say(LOBBY, "received");
        clock.pass(Duration.ofSeconds(5));
        say(NEWS, "missed 1");
        clock.pass(Duration.ofSeconds(5));
        done(service.publish(new Publication(LOBBY, "message", new Data.Text("its own"), first.session.self(), false, null),
                Transport.SOCKETIO));
        clock.pass(Duration.ofSeconds(5));
        say(LOBBY, "missed 2");
        clock.pass(Duration.ofSeconds(5));
        String token = first.session.resumeToken();
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = admit(ANN);
        Recovered recovered = done(gateway.execute(second.session, Cost.NONE, recover(token, last)));
        assertThat(recovered.missed()).extracting(each -> ((Data.Text) each.data()).text()).containsExactly("missed 1",
                "missed 2");
        assertThat(recovered.resumed().self()).isEqualTo(first.session.self()).isEqualTo(second.session.self());
        second.session.follow();
        say(NEWS, "next");
        turn();
        assertThat(second.received).containsExactly("next");
    }

    @Test
    void a_client_that_the_application_adds_to_a_room_before_it_recovers_is_in_that_room_from_then_on() {
        Client first = admit(ANN);
        join(first, LOBBY);
        clock.pass(Duration.ofSeconds(-20));
        PublishResult last = say(LOBBY, "received");
        clock.pass(Duration.ofSeconds(10));
        say(LOBBY, "missed");
        say(NEWS, "not for it");
        clock.pass(Duration.ofSeconds(10));
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = admit(ANN);
        done(service.add(second.session, NEWS));
        Recovered recovered = done(gateway.execute(second.session, Cost.NONE, recover(first.session.resumeToken(), last)));
        assertThat(recovered.missed()).extracting(each -> ((Data.Text) each.data()).text()).containsExactly("missed");
        second.session.follow();
        say(NEWS, "next");
        turn();
        assertThat(second.received).containsExactly("next");
    }

    @Test
    void a_client_that_recovers_continues_with_its_token() {
        Client first = admit(ANN);
        join(first, LOBBY);
        clock.pass(Duration.ofSeconds(-20));
        PublishResult last = say(LOBBY, "received");
        clock.pass(Duration.ofSeconds(20));
        String token = first.session.resumeToken();
        first.session.closed(CloseReason.CONNECTION_LOST);
        done(gateway.execute(admit(ANN).session, Cost.NONE, recover(token, last)));
        clock.pass(window.multipliedBy(2));
        assertThat(done(gateway.execute(admit(ANN).session, Cost.NONE, recover(token, last))).resumed().self())
                .isEqualTo(first.session.self());
    }

    @Test
    void a_client_that_may_not_read_the_history_recovers_only_if_nothing_of_it_is_older_than_its_absence() {
        startRequired();
        Identity member = user("ann", "*:join");
        for (int minutes : new int[] { 1, 5 }) {
            Client first = admit(member);
            join(first, NEWS);
            clock.pass(Duration.ofMinutes(-minutes));
            PublishResult last = say(NEWS, "received");
            clock.pass(Duration.ofSeconds(2));
            say(NEWS, "missed");
            clock.pass(Duration.ofMinutes(minutes).minusSeconds(2));
            first.session.closed(CloseReason.CONNECTION_LOST);
            Uni<Recovered> recovery = gateway.execute(admit(member).session, Cost.NONE,
                    new Command.Recover(first.session.resumeToken(),
                            new RecoveryOffset("news", last.position(), last.atMicros())));
            if (minutes == 1) {
                assertThat(done(recovery).missed()).hasSize(1);
            } else {
                assertThat(error(recovery).code()).isEqualTo(410);
            }
        }
    }

    @Test
    void a_client_whose_token_is_unknown_does_not_recover() {
        Client client = admit(ANN);
        assertThat(
                error(gateway.execute(client.session, Cost.NONE,
                        recover("unknown", new PublishResult(StreamPosition.START, 0)))).code())
                .isEqualTo(410);
    }

    @Test
    void resuming_from_positions_that_are_bounded_is_not_recovered() {
        startRequired();
        Identity member = user("ann", "*:join");
        Client first = admit(member);
        join(first, LOBBY);
        clock.pass(Duration.ofMinutes(-10));
        String epoch = say(LOBBY, "old").position().epoch();
        clock.pass(Duration.ofMinutes(10));
        say(LOBBY, "recent");
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = admit(member);
        Resumed resumed = done(gateway.execute(second.session, Cost.NONE,
                new Command.Resume(first.session.resumeToken(), Map.of("lobby", new StreamPosition(epoch, 0)))));
        assertThat(resumed.rooms()).filteredOn(joined -> joined.room().equals(LOBBY)).singleElement()
                .satisfies(joined -> assertThat(joined.recovered()).isFalse());
        second.session.follow();
        turn();
        assertThat(second.received).containsExactly("recent");
    }

    private static Command.Recover recover(String token, PublishResult last) {
        return new Command.Recover(token, new RecoveryOffset("lobby", last.position(), last.atMicros()));
    }

    private void assertRefused(String event, String idempotency, String message) {
        ErrorReply error = error(
                service.publish(new Publication(LOBBY, event, TEXT, SENDER, true, idempotency), Transport.PLAIN));
        assertThat(error.code()).isEqualTo(400);
        assertThat(error.getMessage()).isEqualTo(message);
        assertThat(events).contains(new Event.Refused(Transport.PLAIN, 400)).noneMatch(Event.Accepted.class::isInstance);
        assertThat(done(service.history(LOBBY, HistoryQuery.after(0, 1))).messages()).isEmpty();
    }
}
