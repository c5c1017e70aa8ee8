package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The members of a room on one event loop: what is joined into one write, and which of them receive it. */
class RoomShardTest extends WithRooms {

    @ParameterizedTest(name = "{0} messages of {1} characters are {2} writes")
    @CsvSource({ "128, 1, 1", "129, 1, 2", "257, 1, 3", "4, 20000, 1", "5, 20000, 2", "2, 65435, 1", "2, 65436, 2",
            "3, 65436, 3" })
    void a_write_is_bounded_in_messages_and_in_bytes(int messages, int characters, int writes) {
        Listener ann = new Listener("ann", one);
        join(ann);
        String text = "x".repeat(characters);
        for (int i = 0; i < messages; i++) {
            source.say(text);
        }
        turn();
        assertThat(ann.writes).isEqualTo(writes);
        assertThat(ann.received).hasSize(messages);
        for (int i = 0; i < messages; i++) {
            assertThat(ann.received.get(i)).startsWith(i + 1 + " ");
        }
    }

    @Test
    void a_volatile_message_has_no_position_and_nobody_waits_for_it() {
        Listener ann = new Listener("ann", one);
        Membership present = join(ann);
        Listener bob = new Listener("bob", one);
        Membership joining = admit(bob, null);
        source.say("a");
        source.sayVolatile("typing");
        source.say("b");
        turn();
        assertThat(ann.received).containsExactly("1 a", "0 typing", "2 b");
        assertThat(present.position()).isEqualTo(new StreamPosition("e", 2));
        joining.follow();
        turn();
        assertThat(bob.received).containsExactly("1 a", "2 b");
        source.sayVolatile("typing");
        turn();
        assertThat(bob.received).last().isEqualTo("0 typing");
        assertThat(joining.position()).isEqualTo(new StreamPosition("e", 2));
    }

    @Test
    void a_queued_message_counts_in_the_backlog_of_each_loop_until_it_is_delivered() {
        join(new Listener("ann", one));
        join(new Listener("bob", two));
        source.say("12345");
        source.say("1");
        assertThat(one.delivery.backlog()).isEqualTo(206);
        assertThat(two.delivery.backlog()).isEqualTo(206);
        one.turn();
        assertThat(one.delivery.backlog()).isZero();
        assertThat(two.delivery.backlog()).isEqualTo(206);
    }

    @Test
    void the_backlog_is_empty_after_a_delivery_that_fails_as_a_whole() {
        Listener ann = new Listener("ann", one) {
            @Override
            public void receive(WriteBatch batch) {
                throw new StackOverflowError("broken on purpose");
            }
        };
        join(ann);
        int held = Format.INSTANCE.held;
        source.say("12345");
        assertThatThrownBy(one::turn).isInstanceOf(StackOverflowError.class);
        assertThat(one.delivery.backlog()).isZero();
        assertThat(Format.INSTANCE.held).as("bytes that nobody releases").isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(strings = { "abc", "acb", "bac", "bca", "cab", "cba" })
    void members_leave_in_any_order_and_the_others_receive_on(String order) {
        List<Listener> listeners = new ArrayList<>();
        List<Membership> memberships = new ArrayList<>();
        for (String id : List.of("a", "b", "c")) {
            Listener listener = new Listener(id, one);
            listeners.add(listener);
            memberships.add(join(listener));
        }
        for (int left = 0; left < order.length(); left++) {
            rooms.leave(memberships.get(order.charAt(left) - 'a'));
            source.say("m");
            turn();
            for (int i = 0; i < order.length(); i++) {
                assertThat(listeners.get(order.charAt(i) - 'a').received)
                        .as("%s after %s have left", order.charAt(i), order.substring(0, left + 1))
                        .hasSize(i <= left ? i : left + 1);
            }
        }
        assertThat(rooms.count()).isZero();
    }

    @Test
    void a_member_that_leaves_while_it_receives_costs_the_others_nothing() {
        List<Membership> memberships = new ArrayList<>();
        Listener ann = new Listener("ann", one);
        Listener bob = new Listener("bob", one) {
            @Override
            public void receive(WriteBatch batch) {
                super.receive(batch);
                rooms.leave(memberships.get(1));
            }
        };
        Listener eve = new Listener("eve", one);
        for (Listener listener : List.of(ann, bob, eve)) {
            memberships.add(join(listener));
        }
        source.say("a");
        turn();
        source.say("b");
        turn();
        assertThat(ann.received).containsExactly("1 a", "2 b");
        assertThat(bob.received).containsExactly("1 a");
        assertThat(eve.received).containsExactly("1 a", "2 b");
        assertThat(deliveries).containsExactly("1x2", "2x2");
    }

    @Test
    void a_presence_event_without_watchers_is_not_even_encoded() {
        Listener ann = new Listener("ann", one);
        join(ann);
        int before = Format.INSTANCE.encoded;
        source.subscriber.presenceEvent(event(PresenceEvent.Change.JOINED, "bob"));
        turn();
        assertThat(Format.INSTANCE.encoded).isEqualTo(before);
        assertThat(one.delivery.backlog()).isZero();
        assertThat(ann.writes).isZero();
    }

    @Test
    void a_member_watches_presence_from_when_it_asks_until_it_asks_otherwise() {
        Listener ann = new Listener("ann", one);
        Membership membership = join(ann);
        assertThat(membership.watchesPresence()).isFalse();
        membership.watchPresence(true);
        assertThat(membership.watchesPresence()).isTrue();
        source.subscriber.presenceEvent(event(PresenceEvent.Change.JOINED, "bob"));
        turn();
        membership.watchPresence(false);
        source.subscriber.presenceEvent(event(PresenceEvent.Change.LEFT, "bob"));
        turn();
        assertThat(ann.received).containsExactly("JOINED bob");
    }

    @Test
    void members_that_begin_to_watch_or_leave_take_presence_from_no_other_member() {
        Listener ann = new Listener("ann", one);
        Listener bob = new Listener("bob", one);
        rooms.join(ann, LOBBY, true, null, () -> true).await().indefinitely().follow();
        Membership membership = join(bob);
        membership.watchPresence(true);
        source.subscriber.presenceEvent(event(PresenceEvent.Change.JOINED, "eve"));
        turn();
        assertThat(ann.received).containsExactly("JOINED eve");
        assertThat(bob.received).containsExactly("JOINED eve");
        membership.watchPresence(false);
        rooms.leave(membership);
        source.subscriber.presenceEvent(event(PresenceEvent.Change.LEFT, "eve"));
        turn();
        assertThat(ann.received).containsExactly("JOINED eve", "LEFT eve");
    }

    @Test
    void to_ask_for_no_presence_twice_takes_it_from_no_other_member() {
        Listener ann = new Listener("ann", one);
        Listener bob = new Listener("bob", one);
        rooms.join(ann, LOBBY, true, null, () -> true).await().indefinitely().follow();
        Membership membership = rooms.join(bob, LOBBY, true, null, () -> true).await().indefinitely();
        membership.watchPresence(false);
        membership.watchPresence(false);
        rooms.leave(membership);
        source.subscriber.presenceEvent(event(PresenceEvent.Change.LEFT, "bob"));
        turn();
        assertThat(ann.received).containsExactly("LEFT bob");
        assertThat(bob.received).isEmpty();
    }

    @Test
    void presence_events_and_gaps_are_no_deliveries_to_observers_and_messages_are() {
        Listener ann = new Listener("ann", one);
        rooms.join(ann, LOBBY, true, null, () -> true).await().indefinitely().follow();
        source.subscriber.presenceEvent(event(PresenceEvent.Change.JOINED, "bob"));
        source.subscriber.lost(new StreamPosition("f", 6));
        source.position = new StreamPosition("f", 6);
        source.say("a");
        turn();
        assertThat(ann.received).containsExactly("JOINED bob", "gap to f6", "7 a");
        assertThat(deliveries).containsExactly("7x1");
    }

    @Test
    void a_loop_counts_how_often_messages_are_delivered_on_it() {
        Membership membership = join(new Listener("ann", one));
        membership.watchPresence(true);
        source.say("a");
        source.say("b");
        turn();
        assertThat(one.delivery.batches()).isEqualTo(1);
        source.subscriber.presenceEvent(event(PresenceEvent.Change.JOINED, "bob"));
        turn();
        assertThat(one.delivery.batches()).as("presence events do not count").isEqualTo(1);
        source.say("c");
        turn();
        assertThat(one.delivery.batches()).isEqualTo(2);
        assertThat(two.delivery.batches()).isZero();
    }

    @Test
    void the_position_of_a_live_member_is_that_of_the_last_delivery_and_a_gap_moves_it() {
        Membership membership = join(new Listener("ann", one));
        source.say("a");
        assertThat(membership.position()).as("not delivered yet").isEqualTo(new StreamPosition("e", 0));
        turn();
        assertThat(membership.position()).isEqualTo(new StreamPosition("e", 1));
        source.subscriber.lost(new StreamPosition("f", 3));
        turn();
        assertThat(membership.position()).isEqualTo(new StreamPosition("f", 3));
    }

    @ParameterizedTest(name = "a membership from e5 covers {0}{1}: {2}")
    @CsvSource({ "e, 5, true", "e, 6, true", "e, 4, false", "f, 5, false", "'', 5, true", "'', 4, false" })
    void a_membership_covers_what_comes_after_its_start_in_the_same_epoch(String epoch, long offset, boolean covers) {
        source.position = new StreamPosition("e", 5);
        assertThat(join(new Listener("ann", one)).covers(new StreamPosition(epoch, offset))).isEqualTo(covers);
    }

    private static PresenceEvent event(PresenceEvent.Change change, String id) {
        return new PresenceEvent(LOBBY, change, new Sender(id, null));
    }
}
