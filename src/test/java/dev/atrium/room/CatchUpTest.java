package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Catch-up: what a client receives when it returns to a room. */
class CatchUpTest extends WithRooms {

    @Test
    void a_gap_to_an_earlier_offset_is_sent_to_a_member_that_is_catching_up() {
        Listener ann = new Listener("ann", one);
        failOverWhileCatchingUp(ann, 10);
        assertThat(ann.received).containsExactly("gap to e~5~f5", "6 new");
        source.say("next");
        turn();
        assertThat(ann.received).last().isEqualTo("7 next");
    }

    @Test
    void a_gap_that_cost_a_member_nothing_is_not_sent_to_it() {
        Listener ann = new Listener("ann", one);
        failOverWhileCatchingUp(ann, 5);
        assertThat(ann.received).containsExactly("6 new");
    }

    /** Redis fails over to a replica that has the first five messages, while a member joins that has received some. */
    private void failOverWhileCatchingUp(Listener member, long received) {
        source.position = new StreamPosition("e", received);
        Membership membership = admit(member, source.position);
        source.position = new StreamPosition("e~5~f", 5);
        source.subscriber.lost(source.position);
        source.say("new");
        turn();
        membership.follow();
        turn();
    }

    @Test
    void a_member_that_resumes_receives_the_missed_messages_then_the_new_ones() {
        join(new Listener("witness", one));
        for (String text : List.of("a", "b", "c")) {
            source.say(text);
        }
        turn();
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, new StreamPosition("e", 1));
        source.say("d");
        turn();
        assertThat(membership.isRecovered()).isTrue();
        assertThat(membership.position()).isEqualTo(new StreamPosition("e", 1));
        membership.follow();
        turn();
        source.say("e");
        turn();
        assertThat(ann.received).containsExactly("2 b", "3 c", "4 d", "5 e");
    }

    @Test
    void messages_published_while_the_history_is_read_arrive_once_and_in_order() {
        join(new Listener("witness", one));
        source.answersLater = true;
        for (int i = 0; i < 3 * PAGE; i++) {
            source.say("m");
        }
        turn();
        Listener ann = new Listener("ann", one);
        rooms.join(ann, LOBBY, false, new StreamPosition("e", 0), () -> true).subscribe().with(Membership::follow);
        for (int i = 0; i < 10; i++) {
            source.say("m");
            turn();
            source.answer();
            source.say("m");
            turn();
        }
        assertThat(ann.received).hasSize(3 * PAGE + 20);
        for (int i = 0; i < ann.received.size(); i++) {
            assertThat(ann.received.get(i)).isEqualTo(i + 1 + " m");
        }
    }

    @Test
    void more_than_can_wait_is_read_from_the_history() {
        join(new Listener("witness", one));
        Listener ann = new Listener("ann", one);
        Membership membership = admit(ann, null);
        String big = "x".repeat(100_000);
        for (int i = 0; i < 30; i++) {
            source.say(big);
        }
        turn();
        membership.follow();
        turn();
        source.say("last");
        turn();
        assertThat(ann.received).hasSize(31);
        assertThat(ann.received.get(0)).startsWith("1 x");
        assertThat(ann.received.get(30)).isEqualTo("31 last");
    }

    @Test
    void a_member_whose_position_is_not_kept_any_more_is_sent_a_gap_and_begins_at_the_head() {
        join(new Listener("witness", one));
        source.say("a");
        source.say("b");
        source.say("c");
        turn();
        source.firstKept = 3;
        for (StreamPosition since : List.of(new StreamPosition("e", 1), new StreamPosition("other", 2),
                new StreamPosition("e", 9))) {
            Listener ann = new Listener("ann", one);
            Membership membership = join(ann, since);
            turn();
            assertThat(membership.isRecovered()).isFalse();
            assertThat(membership.position()).isEqualTo(new StreamPosition("e", 3));
            assertThat(ann.received).isEmpty();
        }
        assertThat(join(new Listener("bob", one), new StreamPosition("e", 2)).isRecovered()).isTrue();
    }

    @Test
    void a_member_that_is_ahead_of_this_replica_is_sent_no_message_again() {
        join(new Listener("witness", one));
        source.say("a");
        turn();
        StreamPosition head = source.position = new StreamPosition("e", 3);
        source.kept.add(new Publication(LOBBY, "message", new Data.Text("b"), null, true).at(new StreamPosition("e", 2), 1));
        source.kept.add(new Publication(LOBBY, "message", new Data.Text("c"), null, true).at(head, 1));
        Listener bob = new Listener("bob", one);
        assertThat(join(bob, head).isRecovered()).isTrue();
        source.subscriber.message(source.kept.get(1));
        source.subscriber.message(source.kept.get(2));
        turn();
        source.say("d");
        turn();
        assertThat(bob.received).containsExactly("4 d");
    }

    @Test
    void a_member_that_was_ahead_of_this_replica_receives_volatile_messages_once_the_replica_is_where_it_is() {
        join(new Listener("witness", one));
        source.say("a");
        turn();
        StreamPosition head = source.position = new StreamPosition("e", 2);
        source.kept.add(new Publication(LOBBY, "message", new Data.Text("b"), null, true).at(head, 1));
        Listener bob = new Listener("bob", one);
        join(bob, head);
        source.subscriber.message(source.kept.get(1));
        turn();
        source.sayVolatile("typing");
        turn();
        assertThat(bob.received).containsExactly("0 typing");
    }
}
