package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Amount that a member that catches up is handed at once, and messages that the history has lost. */
class CatchUpLimitsTest extends WithRooms {

    @ParameterizedTest(name = "{0} messages of {1} characters are {2} writes")
    @CsvSource({ "128, 1, 1", "129, 1, 2", "300, 1, 3", "4, 10000, 1", "5, 10000, 2", "9, 10000, 3", "2, 32667, 1",
            "2, 32668, 2" })
    void held_back_messages_are_handed_over_in_parts_that_the_member_can_take(int messages, int characters, int writes) {
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, null);
        String text = "x".repeat(characters);
        for (int i = 0; i < messages; i++) {
            source.say(text);
        }
        turn();
        membership.follow();
        assertThat(ann.writes).as("the first part waits until the member has read what was sent before").isZero();
        one.task();
        assertThat(ann.writes).as("the next part waits until this one is drained").isOne();
        turn();
        assertThat(ann.writes).isEqualTo(writes);
        assertThat(ann.received).hasSize(messages);
        for (int i = 0; i < messages; i++) {
            assertThat(ann.received.get(i)).startsWith(i + 1 + " ");
        }
        assertThat(membership.position()).isEqualTo(new StreamPosition("e", messages));
    }

    @Test
    void a_member_that_resumes_in_many_rooms_has_a_page_of_one_of_them_at_a_time() {
        join(new Listener("witness", one));
        source.say("a");
        source.say("b");
        turn();
        Listener ann = new Listener("ann", one);
        List<Membership> all = Stream.generate(() -> admit(ann, new StreamPosition("e", 0))).limit(4).toList();
        assertThat(all).allMatch(Membership::isRecovered);
        source.answersLater = true;
        all.forEach(Membership::follow);
        assertThat(source.unanswered).hasSize(1);
        source.answer();
        turn();
        assertThat(ann.received).containsExactly("1 a", "2 b");
        assertThat(source.unanswered).as("the page of the next room").hasSize(1);
        rooms.leave(all.get(1));
        turn();
        assertThat(source.unanswered).as("one that has left does not keep its turn").hasSize(2);
        rooms.leave(all.get(3));
        source.answer();
        turn();
        assertThat(ann.received).containsExactly("1 a", "2 b", "1 a", "2 b");
        assertThat(source.unanswered).isEmpty();
        assertThat(all.get(2).isLive()).isTrue();
    }

    @Test
    void rooms_that_wait_for_their_turn_hold_nothing_back() {
        join(new Listener("witness", one));
        source.say("a");
        turn();
        Listener ann = new Listener("ann", one);
        List<Membership> all = Stream.generate(() -> admit(ann, new StreamPosition("e", 0))).limit(1_000).toList();
        source.answersLater = true;
        all.forEach(Membership::follow);
        source.say("b".repeat(1_000));
        turn();
        assertThat(one.delivery.held()).as("of the one that has its turn").isEqualTo(1_100);
        while (!source.unanswered.isEmpty()) {
            source.answer();
            turn();
        }
        assertThat(ann.received).hasSize(2_000).startsWith("1 a", "2 " + "b".repeat(1_000), "1 a");
        assertThat(all).allMatch(Membership::isLive);
        assertThat(one.delivery.held()).isZero();
    }

    @Test
    void members_that_hold_back_too_much_together_read_it_again() {
        List<Listener> listeners = IntStream.range(0, 100).mapToObj(i -> new Listener("listener" + i, one)).toList();
        List<Membership> all = listeners.stream().map(listener -> admit(listener, null)).toList();
        source.say("x".repeat(900_000));
        turn();
        assertThat(one.delivery.held()).isBetween(1L << 20, 65L << 20);
        rooms.leave(all.get(99));
        all.subList(0, 99).forEach(Membership::follow);
        turn();
        assertThat(listeners.subList(0, 99)).allSatisfy(listener -> assertThat(listener.received).hasSize(1));
        assertThat(source.reads).as("of those that could not hold it back").isPositive();
        assertThat(one.delivery.held()).isZero();
    }

    @Test
    void what_a_member_that_does_not_read_holds_back_stays_counted() {
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, null);
        for (int i = 0; i < 10; i++) {
            source.say("x".repeat(30_000));
        }
        turn();
        long held = one.delivery.held();
        membership.follow();
        assertThat(ann.writes).as("the member has not read what was sent before").isZero();
        assertThat(one.delivery.held()).isBetween(held - 2 * 31_000, held - 31_000);
        rooms.leave(membership);
        assertThat(one.delivery.held()).isZero();
    }

    @Test
    void a_member_that_leaves_all_of_its_rooms_while_they_wait_reads_nothing_more() {
        join(new Listener("witness", one));
        source.say("a");
        turn();
        Listener ann = new Listener("ann", one);
        List<Membership> all = Stream.generate(() -> admit(ann, new StreamPosition("e", 0))).limit(5_000).toList();
        source.answersLater = true;
        all.forEach(Membership::follow);
        all.forEach(rooms::leave);
        turn();
        assertThat(source.unanswered).as("of the one that had its turn").hasSize(1);
        source.answer();
        turn();
        assertThat(ann.received).isEmpty();
    }

    @Test
    void held_back_messages_that_the_history_has_dropped_are_a_gap() {
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, null);
        for (int i = 0; i < 12; i++) {
            source.say("x".repeat(100_000));
        }
        source.firstKept = 12;
        turn();
        membership.follow();
        turn();
        source.say("after");
        turn();
        assertThat(ann.received).containsExactly("gap to e12", "13 after");
    }

    @Test
    void a_member_that_has_left_is_handed_nothing_of_what_waited_or_is_read() {
        join(new Listener("witness", one));
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, null);
        source.say("a");
        turn();
        rooms.leave(membership);
        membership.follow();
        turn();
        assertThat(ann.received).isEmpty();
    }

    @Test
    void a_member_that_leaves_between_two_parts_is_not_handed_the_second() {
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, null);
        for (int i = 0; i < 129; i++) {
            source.say("m");
        }
        turn();
        membership.follow();
        one.task();
        rooms.leave(membership);
        turn();
        assertThat(ann.received).hasSize(128);
    }

    @Test
    void a_gap_among_held_back_messages_is_handed_over_in_its_order() {
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, null);
        source.say("a");
        source.position = new StreamPosition("f", 3);
        source.subscriber.lost(source.position);
        source.say("b");
        turn();
        membership.follow();
        turn();
        assertThat(ann.received).containsExactly("1 a", "gap to f3", "4 b");
        assertThat(membership.position()).isEqualTo(new StreamPosition("f", 4));
    }

    @Test
    void a_gap_that_is_held_back_first_costs_no_message_after_it() {
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, new StreamPosition("e", 0));
        source.position = new StreamPosition("e", 5);
        source.subscriber.lost(source.position);
        source.say("a");
        turn();
        membership.follow();
        turn();
        assertThat(ann.received).containsExactly("gap to e5", "6 a");
        assertThat(source.reads).as("lost messages are not read again").isOne();
    }

    @Test
    void a_member_that_resumes_before_the_first_message_has_missed_nothing() {
        source.position = StreamPosition.START;
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, StreamPosition.START);
        assertThat(membership.isRecovered()).isTrue();
        assertThat(membership.position()).isEqualTo(StreamPosition.START);
    }

    @Test
    void a_member_that_resumes_in_an_unknown_epoch_continues_in_that_of_the_room() {
        join(new Listener("witness", one));
        source.say("a");
        turn();
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, StreamPosition.START);
        assertThat(membership.isRecovered()).isTrue();
        assertThat(membership.position()).isEqualTo(new StreamPosition("e", 0));
        assertThat(membership.covers(new StreamPosition("e", 0))).isTrue();
        assertThat(membership.covers(StreamPosition.START)).as("the position that it joined from").isTrue();
        membership.follow();
        turn();
        assertThat(ann.received).containsExactly("1 a");
    }

    @Test
    void a_member_whose_session_ends_while_it_resumes_is_in_no_room() {
        source.answersLater = true;
        boolean[] open = { true };
        List<Throwable> failures = new ArrayList<>();
        Uni<Membership> joining = rooms.join(new Listener("ann", one), LOBBY, false, new StreamPosition("e", 0), () -> open[0]);
        joining.subscribe().with(membership -> {
        }, failures::add);
        open[0] = false;
        source.answer();
        turn();
        assertThat(failures).singleElement().isInstanceOf(CancellationException.class);
        assertThat(source.log).containsExactly("subscribe", "unsubscribe");
        assertThat(rooms.memberships()).isZero();
    }

    @Test
    void a_member_that_resumes_and_whose_history_cannot_be_read_is_in_no_room() {
        Rooms broken = new Rooms(new RoomSource() {
            @Override
            public void subscribe(RoomId room, Subscriber subscriber) {
                source.subscribe(room, subscriber);
            }

            @Override
            public void unsubscribe(RoomId room) {
                source.unsubscribe(room);
            }

            @Override
            public Uni<History> history(RoomId room, HistoryQuery query) {
                return Uni.createFrom().failure(new IllegalStateException("away"));
            }
        }, (message, members) -> {
        }, (message, loops) -> null);
        assertThatThrownBy(() -> broken.join(new Listener("ann", one), LOBBY, false, new StreamPosition("e", 0), () -> true)
                .await().indefinitely())
                .hasMessage("away");
        assertThat(source.log).containsExactly("subscribe", "unsubscribe");
        assertThat(broken.count()).isZero();
    }

    @Test
    void rooms_of_sessions_and_namespaces_do_not_count() {
        Listener ann = new Listener("ann", one);
        for (RoomId room : List.of(RoomId.everyone("/"), RoomId.of("/", new Node("node01").newSessionId()))) {
            Membership membership = rooms.join(ann, room, false, null, () -> true).await().indefinitely();
            assertThat(rooms.count()).isZero();
            assertThat(rooms.memberships()).isZero();
            rooms.leave(membership);
            assertThat(rooms.count()).isZero();
            assertThat(rooms.memberships()).isZero();
        }
        join(ann);
        join(new Listener("bob", two));
        assertThat(rooms.count()).isEqualTo(1);
        assertThat(rooms.memberships()).isEqualTo(2);
    }
}
