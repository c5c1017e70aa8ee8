package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Members of rooms, and the messages that they receive. */
class RoomsTest extends WithRooms {

    @Test
    void a_member_is_handed_everything_after_the_position_at_which_it_joined() {
        source.position = new StreamPosition("e", 7);
        Listener ann = new Listener("ann", one);
        assertThat(join(ann).position()).isEqualTo(new StreamPosition("e", 7));
        source.say("a");
        source.say("b");
        turn();
        assertThat(ann.received).containsExactly("8 a", "9 b");
    }

    @Test
    void a_member_that_joins_while_messages_wait_for_the_loop_receives_only_those_after_its_position() {
        Listener ann = new Listener("ann", one);
        join(ann);
        source.say("a");
        Listener bob = new Listener("bob", one);
        Listener eve = new Listener("eve", two);
        assertThat(join(bob).position().offset()).isZero();
        assertThat(join(eve).position().offset()).isEqualTo(1);
        source.say("b");
        turn();
        assertThat(ann.received).containsExactly("1 a", "2 b");
        assertThat(bob.received).containsExactly("1 a", "2 b");
        assertThat(eve.received).containsExactly("2 b");
    }

    @Test
    void leaving_stops_messages_that_are_already_queued() {
        Listener ann = new Listener("ann", one);
        Listener bob = new Listener("bob", one);
        Membership membership = join(ann);
        join(bob);
        source.say("a");
        rooms.leave(membership);
        turn();
        assertThat(ann.received).isEmpty();
        assertThat(bob.received).containsExactly("1 a");
    }

    @Test
    void queued_messages_are_joined_into_one_write_and_flushed_once() {
        Listener ann = new Listener("ann", one);
        join(ann);
        for (int i = 0; i < 10; i++) {
            source.say("x");
        }
        turn();
        assertThat(ann.received).hasSize(10);
        assertThat(ann.writes).isEqualTo(1);
        assertThat(ann.flushes).isEqualTo(1);
    }

    @Test
    void each_message_is_encoded_once_however_many_members_and_loops_there_are() {
        for (int i = 0; i < 20; i++) {
            join(new Listener("m" + i, i % 2 == 0 ? one : two));
        }
        int before = Format.INSTANCE.encoded;
        source.say("a");
        source.say("b");
        turn();
        assertThat(Format.INSTANCE.encoded - before).isEqualTo(2);
        assertThat(Format.INSTANCE.held).isZero();
        assertThat(deliveries).containsExactlyInAnyOrder("1x10", "1x10", "2x10", "2x10");
    }

    @Test
    void a_message_without_echo_is_kept_from_its_sender_alone() {
        Listener ann = new Listener("ann", one);
        Listener bob = new Listener("bob", one);
        join(ann);
        join(bob);
        source.say("a");
        source.say("secret", new Sender("ann", null), false);
        source.say("b");
        turn();
        assertThat(ann.received).containsExactly("1 a", "3 b");
        assertThat(bob.received).containsExactly("1 a", "2 secret", "3 b");
    }

    @Test
    void presence_events_keep_their_order_and_reach_members_that_watch_but_not_their_subject() {
        Listener ann = new Listener("ann", one);
        Listener bob = new Listener("bob", one);
        rooms.join(ann, LOBBY, true, null, () -> true).await().indefinitely().follow();
        join(bob);
        source.say("a");
        source.subscriber.presenceEvent(new PresenceEvent(LOBBY, PresenceEvent.Change.JOINED, new Sender("bob", null)));
        source.subscriber.presenceEvent(new PresenceEvent(LOBBY, PresenceEvent.Change.JOINED, new Sender("ann", null)));
        source.say("b");
        turn();
        assertThat(ann.received).containsExactly("1 a", "JOINED bob", "2 b");
        assertThat(bob.received).containsExactly("1 a", "2 b");
    }

    @Test
    void the_first_member_subscribes_and_the_last_unsubscribes() {
        Membership first = join(new Listener("ann", one));
        Membership second = join(new Listener("bob", two));
        assertThat(source.log).containsExactly("subscribe");
        assertThat(rooms.count()).isEqualTo(1);
        rooms.leave(first);
        assertThat(source.log).containsExactly("subscribe");
        rooms.leave(second);
        assertThat(source.log).containsExactly("subscribe", "unsubscribe");
        assertThat(rooms.count()).isZero();
        assertThat(rooms.memberships()).isZero();
    }

    @Test
    void a_failed_subscription_fails_all_waiting_joins_and_the_next_join_subscribes_again() {
        source.fails = true;
        assertThatThrownBy(() -> join(new Listener("ann", one))).hasMessageContaining("away");
        assertThat(rooms.count()).isZero();
        source.fails = false;
        Listener bob = new Listener("bob", one);
        join(bob);
        source.say("a");
        turn();
        assertThat(bob.received).containsExactly("1 a");
    }

    @Test
    void a_room_whose_subscription_has_failed_admits_no_member_while_another_join_still_refers_to_it() {
        source.fails = true;
        Uni<Membership> notBegun = rooms.join(new Listener("ann", one), LOBBY, false, null, () -> true);
        assertThatThrownBy(() -> join(new Listener("bob", one))).hasMessageContaining("away");
        assertThat(source.log).containsExactly("subscribe");
        assertThatThrownBy(() -> notBegun.await().indefinitely()).hasMessageContaining("away");
        assertThat(source.log).containsExactly("subscribe", "unsubscribe");
    }

    @Test
    void a_member_that_left_before_the_room_was_subscribed_to_is_not_admitted() {
        source.waits = true;
        boolean[] open = { true };
        Uni<Membership> joining = rooms.join(new Listener("ann", one), LOBBY, false, null, () -> open[0]);
        List<Throwable> failures = new ArrayList<>();
        joining.subscribe().with(membership -> {
        }, failures::add);
        open[0] = false;
        source.subscriber.subscribed(source.position);
        turn();
        assertThat(failures).singleElement().isInstanceOf(CancellationException.class);
        assertThat(source.log).containsExactly("subscribe", "unsubscribe");
    }

    @Test
    void a_member_that_fails_costs_the_others_nothing() {
        Listener bad = new Listener("bad", one) {
            @Override
            public void receive(WriteBatch batch) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        Listener good = new Listener("good", one);
        join(bad);
        join(good);
        source.say("a");
        turn();
        assertThat(good.received).containsExactly("1 a");
        assertThat(bad.failures).as("told of what it has missed").singleElement()
                .satisfies(failure -> assertThat(failure).hasMessage("broken on purpose"));
    }

    @Test
    void a_new_member_receives_no_message_before_its_stream_position() {
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, null);
        source.say("a");
        turn();
        assertThat(ann.received).isEmpty();
        assertThat(membership.position().offset()).isZero();
        membership.follow();
        turn();
        source.say("b");
        turn();
        assertThat(ann.received).containsExactly("1 a", "2 b");
    }

    @Test
    void a_gap_is_sent_to_all_members() {
        Listener ann = new Listener("ann", one);
        join(ann);
        source.say("a");
        source.position = new StreamPosition("f", 0);
        source.subscriber.lost(source.position);
        source.say("b");
        turn();
        assertThat(ann.received).containsExactly("1 a", "gap to f0", "1 b");
    }

    @Test
    void a_cancelled_join_does_not_affect_the_other_joins() {
        source.waits = true;
        List<Membership> in = new ArrayList<>();
        rooms.join(new Listener("bob", one), LOBBY, false, null, () -> true).subscribe().with(in::add).cancel();
        rooms.join(new Listener("ann", one), LOBBY, false, null, () -> true).subscribe().with(in::add);
        source.subscriber.subscribed(source.position);
        turn();
        assertThat(in).hasSize(1);
        rooms.leave(in.get(0));
        assertThat(source.log).containsExactly("subscribe", "unsubscribe");
    }

    @Test
    void a_member_that_has_left_is_not_admitted_to_a_room_that_others_are_in() {
        Membership ann = join(new Listener("ann", one));
        assertThatThrownBy(() -> rooms.join(new Listener("bob", one), LOBBY, false, null, () -> false).await().indefinitely())
                .isInstanceOf(CancellationException.class);
        rooms.leave(ann);
        assertThat(source.log).containsExactly("subscribe", "unsubscribe");
    }

    @Test
    void a_traced_message_is_written_once_each_loop_has_flushed_it_and_counts_its_recipients() {
        List<String> passages = new ArrayList<>();
        Listener ann = new Listener("ann", one);
        Rooms traced = new Rooms(source, (message, members) -> {
        }, (message, loops) -> {
            passages.add(message.traceparent() + " on " + loops);
            return members -> passages.add("to " + members + ", ann's flushes " + ann.flushes);
        });
        for (Listener listener : List.of(ann, new Listener("bob", one), new Listener("eve", two))) {
            traced.join(listener, LOBBY, false, null, () -> true).await().indefinitely().follow();
        }
        Membership gone = traced.join(new Listener("ida", two), LOBBY, false, null, () -> true).await().indefinitely();
        Loop three = new Loop();
        Membership alone = traced.join(new Listener("kim", three), LOBBY, false, null, () -> true).await().indefinitely();
        traced.leave(gone);
        traced.leave(alone);
        source.say("untraced");
        source.say("traced", "00-1-2-01", new Sender("bob", null), false);
        turn();
        assertThat(passages).containsExactly("00-1-2-01 on 2", "to 1, ann's flushes 1", "to 1, ann's flushes 1");
    }

    @Test
    void a_message_that_reaches_a_room_after_its_last_member_has_left_is_not_traced() {
        List<String> passages = new ArrayList<>();
        Rooms traced = new Rooms(source, (message, members) -> {
        }, (message, loops) -> {
            passages.add("on " + loops);
            return members -> {
            };
        });
        traced.leave(traced.join(new Listener("ann", one), LOBBY, false, null, () -> true).await().indefinitely());
        source.say("late", "00-1-2-01", null, true);
        assertThat(passages).isEmpty();
    }
}
