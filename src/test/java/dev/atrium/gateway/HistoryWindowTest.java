package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Position from which a client is sent the missed messages if it may not read the history. */
class HistoryWindowTest extends WithGateway {

    private static final long ABSENCE = Duration.ofMinutes(2).toMillis();

    private HistoryWindow window;

    @BeforeEach
    void require() {
        startRequired();
        window = new HistoryWindow(backplane, ABSENCE);
        clock.pass(Duration.ofMinutes(-10));
    }

    @Test
    void a_client_that_has_missed_nothing_continues_at_its_position() {
        StreamPosition last = say(LOBBY, "old").position();
        assertThat(done(window.from(LOBBY, last))).isEqualTo(last);
        assertThat(done(window.from(NEWS, StreamPosition.START))).isEqualTo(StreamPosition.START);
    }

    @Test
    void a_client_whose_next_message_is_recent_continues_at_its_position() {
        StreamPosition last = say(LOBBY, "old").position();
        clock.pass(Duration.ofMinutes(9));
        say(LOBBY, "recent");
        assertThat(done(window.from(LOBBY, last))).isEqualTo(last);
    }

    @Test
    void a_client_whose_next_message_is_older_than_its_absence_continues_with_the_first_recent_one() {
        StreamPosition first = say(LOBBY, "old").position();
        say(LOBBY, "old, too");
        clock.pass(Duration.ofMinutes(9));
        say(LOBBY, "recent");
        say(LOBBY, "more recent");
        assertThat(done(window.from(LOBBY, new StreamPosition(first.epoch(), 0))))
                .isEqualTo(new StreamPosition(first.epoch(), 2));
        assertThat(done(window.from(LOBBY, first))).isEqualTo(new StreamPosition(first.epoch(), 2));
    }

    @Test
    void a_client_that_has_missed_only_old_messages_continues_at_the_head() {
        StreamPosition first = say(LOBBY, "old").position();
        say(LOBBY, "old, too");
        clock.pass(Duration.ofMinutes(9));
        assertThat(done(window.from(LOBBY, new StreamPosition(first.epoch(), 0))))
                .isEqualTo(new StreamPosition(first.epoch(), 2));
        assertThat(done(window.from(LOBBY, first))).isEqualTo(new StreamPosition(first.epoch(), 2));
    }

    @Test
    void a_message_is_recent_by_the_clock_that_gave_it_its_time() {
        StreamPosition last = say(LOBBY, "old").position();
        clock.pass(Duration.ofHours(-1));
        say(LOBBY, "recent");
        Backplane anHourBehind = port(Backplane.class, backplane, Map.of("currentTimeMillis", clock.millis()));
        assertThat(done(new HistoryWindow(anHourBehind, ABSENCE).from(LOBBY, last))).isEqualTo(last);
    }

    @Test
    void a_client_that_may_read_the_history_continues_from_any_position_and_only_there() {
        StreamPosition lobby = new StreamPosition(say(LOBBY, "old").position().epoch(), 0);
        StreamPosition news = new StreamPosition(say(NEWS, "old").position().epoch(), 0);
        StreamPosition everyone = new StreamPosition(say(RoomId.everyone("/"), "old").position().epoch(), 0);
        clock.pass(Duration.ofMinutes(9));
        Map<String, StreamPosition> named = Map.of("lobby", lobby, "news", news, "", everyone);
        assertThat(done(window.from("/", named, new Grant(policy, user("ann", "lobby:history")))))
                .isEqualTo(Map.of("lobby", lobby, "news", new StreamPosition(news.epoch(), 1), "",
                        new StreamPosition(everyone.epoch(), 1)));
        assertThat(done(window.from("/", named, new Grant(policy, user("ann", "*:history"))))).isEqualTo(named);
        assertThat(done(window.from("/", Map.of(), new Grant(policy, ANN)))).isEmpty();
    }

    @Test
    void the_own_room_of_a_session_continues_from_any_position() {
        RoomId own = RoomId.of("/", "~abcdefghijklmnopqrst");
        StreamPosition start = new StreamPosition(say(own, "old").position().epoch(), 0);
        assertThat(done(window.from("/", Map.of(own.name(), start), new Grant(policy, user("ann", "")))))
                .containsEntry(own.name(), start);
    }

    @Test
    void a_backplane_out_of_reach_is_503() {
        outages.put("history", BackplaneUnavailableException.notSent("test"));
        assertThat(error(window.from(LOBBY, StreamPosition.START)).code()).isEqualTo(503);
    }
}
