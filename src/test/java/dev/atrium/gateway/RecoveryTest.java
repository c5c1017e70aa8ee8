package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.SavedSession;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Position of a client that knows only its last message, the messages that it missed, and when neither can be found. */
class RecoveryTest extends WithGateway {

    private static final String SENTENCE = "the session cannot go on where it was";
    private static final SavedSession SAVED = new SavedSession("token", new Sender("~abcdefghijklmnopqrst", "ann"), "/",
            Map.of("lobby", false, "news", false), Set.of());
    private static final RecoveryOffset LONG_AGO = new RecoveryOffset("lobby", StreamPosition.START, 0);

    private Recovery recovery;

    @BeforeEach
    void recover() {
        recovery = new Recovery(backplane);
        clock.pass(Duration.ofMinutes(-5));
    }

    @Test
    void other_rooms_are_where_they_were_at_the_time_of_the_last_message() {
        PublishResult before = say(NEWS, "before");
        clock.pass(Duration.ofSeconds(2));
        PublishResult last = say(LOBBY, "last");
        clock.pass(Duration.ofSeconds(2));
        say(NEWS, "after");
        say(NEWS, "after, too");
        Map<String, StreamPosition> positions = done(recovery.positions(SAVED, at("lobby", last)));
        assertThat(positions).hasSize(4).containsEntry("lobby", last.position()).containsEntry("news", before.position())
                .containsEntry("", new StreamPosition(positions.get("").epoch(), 0))
                .containsEntry(SAVED.self().id(), StreamPosition.START);
    }

    @ParameterizedTest
    @CsvSource({ "-999, false", "-1, false", "0, false", "999, false", "-1000, true", "1000, true" })
    void messages_of_two_rooms_within_a_second_may_have_been_sent_in_either_order(int millis, boolean known) {
        clock.pass(Duration.ofMillis(Math.max(0, -millis)));
        PublishResult last = say(LOBBY, "last");
        clock.pass(Duration.ofMillis(millis));
        say(NEWS, "other");
        if (known) {
            assertThat(done(recovery.positions(SAVED, at("lobby", last))))
                    .extracting(positions -> positions.get("news").offset())
                    .isEqualTo(millis < 0 ? 1L : 0L);
        } else {
            assertNotRecovered(error(recovery.positions(SAVED, at("lobby", last))));
        }
    }

    @Test
    void a_room_whose_whole_history_is_newer_may_have_forgotten_what_was_missed() {
        history = new HistoryPolicy(2, Duration.ofHours(1));
        start();
        recovery = new Recovery(backplane);
        PublishResult last = say(LOBBY, "last");
        clock.pass(Duration.ofSeconds(2));
        say(NEWS, "1");
        assertThat(done(recovery.positions(SAVED, at("lobby", last))).get("news").offset()).isZero();
        say(NEWS, "2");
        assertNotRecovered(error(recovery.positions(SAVED, at("lobby", last))));
    }

    @Test
    void large_messages_fill_several_pages_and_all_of_them_are_read() {
        PublishResult last = say(LOBBY, "last");
        clock.pass(Duration.ofSeconds(2));
        for (int i = 0; i < 5; i++) {
            say(NEWS, "x".repeat(600_000));
        }
        assertThat(done(recovery.positions(SAVED, at("lobby", last))).get("news").offset()).as("a page has 1 MiB").isZero();
    }

    @Test
    void a_room_that_has_dropped_newer_messages_for_their_size_may_have_forgotten_what_was_missed() {
        PublishResult last = say(LOBBY, "last");
        clock.pass(Duration.ofSeconds(2));
        for (int i = 0; i < 20; i++) {
            say(NEWS, "x".repeat(600_000));
        }
        assertNotRecovered(error(recovery.positions(SAVED, at("lobby", last))));
        clock.pass(Duration.ofSeconds(2));
        PublishResult later = say(LOBBY, "later");
        clock.pass(Duration.ofSeconds(2));
        say(NEWS, "x".repeat(9_000_000));
        assertNotRecovered(error(recovery.positions(SAVED, at("lobby", later))));
        clock.pass(Duration.ofSeconds(2));
        assertThat(done(recovery.positions(SAVED, at("lobby", say(LOBBY, "last of all")))).get("news").offset()).isEqualTo(21);
    }

    @Test
    void a_full_history_that_reaches_back_before_the_last_message_has_forgotten_nothing() {
        history = new HistoryPolicy(2, Duration.ofHours(1));
        start();
        recovery = new Recovery(backplane);
        say(NEWS, "1");
        clock.pass(Duration.ofSeconds(2));
        PublishResult last = say(LOBBY, "last");
        clock.pass(Duration.ofSeconds(2));
        say(NEWS, "2");
        assertThat(done(recovery.positions(SAVED, at("lobby", last))).get("news").offset()).isOne();
    }

    @Test
    void without_a_history_nothing_is_recovered() {
        history = new HistoryPolicy(0, Duration.ofHours(1));
        start();
        assertNotRecovered(error(new Recovery(backplane).positions(SAVED, at("lobby", say(LOBBY, "x")))));
    }

    @ParameterizedTest
    @CsvSource({ "3590, true", "3600, false", "3700, false" })
    void a_last_message_about_as_old_as_the_history_goes_back_is_too_old(long seconds, boolean known) {
        long micros = TimeUnit.MILLISECONDS.toMicros(clock.millis()) - TimeUnit.SECONDS.toMicros(seconds);
        RecoveryOffset last = new RecoveryOffset("lobby", new StreamPosition("e", 1), micros);
        if (known) {
            assertThat(done(recovery.positions(SAVED, last))).containsEntry("lobby", last.position());
        } else {
            assertNotRecovered(error(recovery.positions(SAVED, last)));
        }
    }

    @Test
    void the_age_of_the_last_message_is_by_the_clock_that_gave_it_its_time() {
        clock.pass(Duration.ofHours(2));
        PublishResult last = say(LOBBY, "last");
        recovery = new Recovery(port(Backplane.class, backplane,
                Map.of("currentTimeMillis", clock.millis() + Duration.ofHours(1).toMillis())));
        assertNotRecovered(error(recovery.positions(SAVED, at("lobby", last))));
    }

    @Test
    void messages_missed_in_several_rooms_are_in_the_order_of_their_times() {
        StreamPosition lobby = say(LOBBY, "received").position();
        StreamPosition news = say(NEWS, "received").position();
        say(NEWS, "1");
        clock.pass(Duration.ofMillis(1));
        say(LOBBY, "2");
        clock.pass(Duration.ofMillis(1));
        say(NEWS, "3");
        List<Message> missed = done(missed(List.of(joined(LOBBY, lobby.epoch(), 2), joined(NEWS, news.epoch(), 3)),
                Map.of("lobby", lobby, "news", news)));
        assertThat(missed).extracting(each -> each.room().name() + each.offset()).containsExactly("news2", "lobby2", "news3");
    }

    @Test
    void a_room_without_messages_has_no_missed_messages() {
        assertThat(done(missed(List.of(joined(LOBBY, "e", 7)), Map.of("lobby", new StreamPosition("e", 7)))))
                .isEmpty();
        assertThat(done(missed(List.of(joined(LOBBY, "e", 0)), Map.of("lobby", StreamPosition.START)))).isEmpty();
    }

    @Test
    void the_start_of_an_unknown_history_is_that_of_any() {
        StreamPosition first = say(LOBBY, "1").position();
        assertThat(done(missed(List.of(joined(LOBBY, first.epoch(), 1)), Map.of("lobby", StreamPosition.START))))
                .hasSize(1);
        assertNotRecovered(
                error(missed(List.of(joined(LOBBY, first.epoch(), 1)), Map.of("lobby", new StreamPosition("", 1)))));
    }

    @Test
    void a_position_of_another_epoch_or_ahead_of_the_room_is_not_recovered() {
        StreamPosition first = say(LOBBY, "1").position();
        assertNotRecovered(error(
                missed(List.of(joined(LOBBY, first.epoch(), 1)), Map.of("lobby", new StreamPosition("other", 0)))));
        assertNotRecovered(error(missed(List.of(joined(LOBBY, first.epoch(), 1)),
                Map.of("lobby", new StreamPosition(first.epoch(), 2)))));
    }

    @Test
    void messages_that_the_history_has_lost_are_not_recovered() {
        history = new HistoryPolicy(2, Duration.ofHours(1));
        start();
        recovery = new Recovery(backplane);
        String epoch = say(LOBBY, "1").position().epoch();
        say(LOBBY, "2");
        say(LOBBY, "3");
        assertThat(done(missed(List.of(joined(LOBBY, epoch, 3)), Map.of("lobby", new StreamPosition(epoch, 1)))))
                .hasSize(2);
        assertNotRecovered(
                error(missed(List.of(joined(LOBBY, epoch, 3)), Map.of("lobby", new StreamPosition(epoch, 0)))));
        assertNotRecovered(
                error(missed(List.of(joined(LOBBY, epoch, 2)), Map.of("lobby", new StreamPosition(epoch, 0)))));
    }

    @Test
    void messages_of_a_history_that_began_anew_are_not_recovered() {
        say(LOBBY, "1");
        assertNotRecovered(
                error(missed(List.of(joined(LOBBY, "before", 1)), Map.of("lobby", new StreamPosition("before", 0)))));
    }

    @ParameterizedTest(name = "{0} messages of 600 KB: recovered {1}")
    @CsvSource({ "1, true", "3, true", "6, true", "8, false" })
    void large_messages_that_were_missed_fill_several_pages_and_not_the_memory(int count, boolean recovered) {
        StreamPosition last = StreamPosition.START;
        for (int i = 0; i < count; i++) {
            last = say(LOBBY, "x".repeat(600_000)).position();
        }
        var missed = missed(List.of(joined(LOBBY, last.epoch(), count)),
                Map.of("lobby", new StreamPosition(last.epoch(), 0)));
        if (recovered) {
            assertThat(done(missed)).extracting(Message::offset).hasSize(count).isSorted();
        } else {
            assertNotRecovered(error(missed));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { HistoryQuery.MOST, HistoryQuery.MOST + 1 })
    void more_than_is_read_at_once_is_not_recovered(int count) {
        history = new HistoryPolicy(HistoryQuery.MOST + 1, Duration.ofHours(1));
        start();
        recovery = new Recovery(backplane);
        StreamPosition last = StreamPosition.START;
        for (int i = 0; i < count; i++) {
            last = say(LOBBY, "x").position();
        }
        var missed = missed(List.of(joined(LOBBY, last.epoch(), count)),
                Map.of("lobby", new StreamPosition(last.epoch(), 0)));
        if (count > HistoryQuery.MOST) {
            assertNotRecovered(error(missed));
        } else {
            assertThat(done(missed)).hasSize(count);
        }
    }

    @Test
    void a_client_that_may_not_be_sent_all_that_it_missed_is_not_recovered() {
        Map<String, StreamPosition> positions = Map.of("lobby", new StreamPosition("e", 1));
        assertThat(Recovery.same(positions, Map.copyOf(positions))).isSameAs(positions);
        assertNotRecovered(error(() -> Recovery.same(positions, Map.of("lobby", new StreamPosition("e", 2)))));
    }

    @ParameterizedTest
    @CsvSource({ "2300, true", "2100, false" })
    void what_was_missed_takes_half_of_the_send_queue_at_most(long queueBytes, boolean recovered) {
        StreamPosition last = say(LOBBY, "x".repeat(1_000)).position();
        Uni<List<Message>> missed = recovery.missed(List.of(joined(LOBBY, last.epoch(), 1)),
                Map.of("lobby", new StreamPosition(last.epoch(), 0)), LONG_AGO, queueBytes);
        if (recovered) {
            assertThat(done(missed)).hasSize(1);
        } else {
            assertNotRecovered(error(missed));
        }
    }

    @Test
    void while_the_clock_is_before_the_last_message_nothing_is_recovered() {
        PublishResult last = say(LOBBY, "last");
        clock.pass(Duration.ofSeconds(-10));
        assertNotRecovered(error(recovery.positions(SAVED, at("lobby", last))));
        clock.pass(Duration.ofSeconds(20));
        assertThat(done(recovery.positions(SAVED, at("lobby", last)))).containsEntry("lobby", last.position());
    }

    @Test
    void a_room_whose_times_run_backwards_does_not_tell_what_was_received() {
        say(NEWS, "received");
        clock.pass(Duration.ofSeconds(2));
        PublishResult last = say(LOBBY, "last");
        clock.pass(Duration.ofSeconds(-10));
        say(NEWS, "missed");
        clock.pass(Duration.ofSeconds(20));
        assertNotRecovered(error(recovery.positions(SAVED, at("lobby", last))));
    }

    /** Clocks of two primaries of a failover differ by some milliseconds. */
    @Test
    void a_room_whose_times_run_backwards_by_little_tells_what_was_received() {
        say(NEWS, "received");
        clock.pass(Duration.ofMillis(-400));
        say(NEWS, "received, too");
        clock.pass(Duration.ofSeconds(2));
        PublishResult last = say(LOBBY, "last");
        assertThat(done(recovery.positions(SAVED, at("lobby", last))).get("news").offset()).isEqualTo(2);
    }

    @Test
    void missed_messages_that_are_older_than_the_last_one_are_not_all_that_was_missed() {
        PublishResult last = say(LOBBY, "last");
        clock.pass(Duration.ofSeconds(-10));
        say(LOBBY, "missed");
        clock.pass(Duration.ofSeconds(20));
        assertNotRecovered(error(recovery.missed(List.of(joined(LOBBY, last.position().epoch(), 2)),
                Map.of("lobby", last.position()), at("lobby", last), Long.MAX_VALUE)));
    }

    private Uni<List<Message>> missed(List<Joined> joined, Map<String, StreamPosition> positions) {
        return recovery.missed(joined, positions, LONG_AGO, Long.MAX_VALUE);
    }

    private static RecoveryOffset at(String room, PublishResult result) {
        return new RecoveryOffset(room, result.position(), result.atMicros());
    }

    private static Joined joined(RoomId room, String epoch, long offset) {
        return new Joined(room, new StreamPosition(epoch, offset), false, null);
    }

    private static void assertNotRecovered(ErrorReply error) {
        assertThat(error.code()).isEqualTo(410);
        assertThat(error.getMessage()).isEqualTo(SENTENCE);
    }
}
