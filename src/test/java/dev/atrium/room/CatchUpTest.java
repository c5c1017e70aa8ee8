package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Catch-up: what a client receives when it returns to a room. */
class CatchUpTest extends WithRooms {

    @Test
    void one_who_comes_back_hears_what_it_missed_then_what_is_new() {
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
        assertThat(ann.heard).containsExactly("2 b", "3 c", "4 d", "5 e");
    }

    @Test
    void what_is_said_while_the_history_is_read_comes_once_and_in_its_order() {
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
        assertThat(ann.heard).hasSize(3 * PAGE + 20);
        for (int i = 0; i < ann.heard.size(); i++) {
            assertThat(ann.heard.get(i)).isEqualTo(i + 1 + " m");
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
        assertThat(ann.heard).hasSize(31);
        assertThat(ann.heard.get(0)).startsWith("1 x");
        assertThat(ann.heard.get(30)).isEqualTo("31 last");
    }

    @Test
    void one_whose_place_is_not_kept_any_more_is_told_and_begins_where_the_room_is() {
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
            assertThat(ann.heard).isEmpty();
        }
        assertThat(join(new Listener("bob", one), new StreamPosition("e", 2)).isRecovered()).isTrue();
    }

    @Test
    void one_who_knows_more_than_this_replica_is_not_told_it_again() {
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
        assertThat(bob.heard).containsExactly("4 d");
    }
}
