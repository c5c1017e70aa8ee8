package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Data;
import dev.atrium.room.Message;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gap handling of a room subscription, with a log whose replies the test sends itself. */
class RoomSubscriptionTest {

    private static final RoomId ROOM = RoomId.of("/", "a");

    private final List<String> events = new ArrayList<>();
    private final List<StreamPosition> reads = new ArrayList<>();
    private int heads;
    private int number;
    private long lost;
    private RoomSubscription subscription;

    @BeforeEach
    void subscribe() {
        subscription = new RoomSubscription(ROOM, new RecordingSubscriber(), new Log());
    }

    @Test
    void a_subscription_starts_at_the_head_and_delivers_messages_received_meanwhile() {
        subscription.confirmed();
        assertThat(heads).isEqualTo(1);
        subscription.received(message("e", 4));
        subscription.received(message("e", 5));
        subscription.received(message("e", 6));
        subscription.head(number, new StreamPosition("e", 4));
        assertThat(events).containsExactly("subscribed e4", "e5", "e6");
    }

    @Test
    void a_repeated_message_is_delivered_once() {
        startAt(4);
        subscription.received(message("e", 5));
        subscription.received(message("e", 5));
        subscription.received(message("e", 3));
        assertThat(events).containsExactly("e5");
        assertThat(reads).isEmpty();
    }

    @Test
    void a_volatile_message_passes_whatever_the_stream_waits_for() {
        Message typing = new Publication(ROOM, "typing", new Data.Text(""), null, true).withoutPosition(1);
        subscription.received(typing);
        startAt(4);
        subscription.received(message("e", 7));
        subscription.received(typing);
        subscription.page(number, page("e", 7, 5, 7));
        assertThat(events).containsExactly("volatile", "e5", "e6", "e7");
    }

    @Test
    void a_skipped_offset_is_read_from_the_log_before_anything_newer() {
        startAt(4);
        subscription.received(message("e", 7));
        subscription.received(message("e", 8));
        assertThat(events).isEmpty();
        assertThat(reads).containsExactly(new StreamPosition("e", 4));
        subscription.page(number, page("e", 7, 5, 7));
        assertThat(events).containsExactly("e5", "e6", "e7", "e8");
    }

    @Test
    void a_new_connection_reads_what_was_missed() {
        startAt(4);
        subscription.unconfirmed();
        subscription.confirmed();
        assertThat(reads).containsExactly(new StreamPosition("e", 4));
        subscription.received(message("e", 7));
        subscription.page(number, page("e", 6, 5, 6));
        assertThat(events).containsExactly("e5", "e6", "e7");
    }

    @Test
    void a_failover_that_lost_nothing_continues_without_a_gap() {
        startAt(4);
        subscription.received(message("e~4~f", 5));
        subscription.received(message("e~4~f", 6));
        assertThat(events).containsExactly("e~4~f5", "e~4~f6");
        assertThat(reads).isEmpty();
    }

    /** The offset is one that was delivered already, with another message. */
    @Test
    void a_message_after_a_failover_that_lost_messages_is_delivered_after_a_gap() {
        startAt(7);
        subscription.received(message("e~4~f", 5));
        assertThat(events).isEmpty();
        assertThat(reads).containsExactly(new StreamPosition("e", 7));
        subscription.page(number, page("e~4~f", 5, 1, 0));
        assertThat(events).containsExactly("lost e~4~f4");
        assertThat(reads).last().isEqualTo(new StreamPosition("e~4~f", 4));
        subscription.page(number, page("e~4~f", 5, 5, 5));
        assertThat(events).containsExactly("lost e~4~f4", "e~4~f5");
    }

    @Test
    void a_failover_during_an_outage_is_noticed_although_the_head_is_beyond_what_was_delivered() {
        startAt(7);
        subscription.unconfirmed();
        subscription.confirmed();
        subscription.page(number, page("e~4~f", 9, 1, 0));
        subscription.page(number, page("e~4~f", 9, 5, 9));
        assertThat(events).containsExactly("lost e~4~f4", "e~4~f5", "e~4~f6", "e~4~f7", "e~4~f8", "e~4~f9");
    }

    @Test
    void messages_missed_during_a_failover_that_lost_nothing_are_read_without_a_gap() {
        startAt(3);
        subscription.unconfirmed();
        subscription.confirmed();
        subscription.page(number, page("e~4~f", 5, 1, 0));
        assertThat(reads).last().isEqualTo(new StreamPosition("e~4~f", 3));
        subscription.page(number, page("e~4~f", 5, 4, 5));
        assertThat(events).containsExactly("e~4~f4", "e~4~f5");
    }

    @Test
    void a_server_that_lags_behind_an_earlier_failover_continues_at_its_head() {
        startAt(7);
        subscription.received(message("e~7~f", 8));
        subscription.unconfirmed();
        subscription.confirmed();
        subscription.page(number, page("e", 6, 1, 0));
        assertThat(events).containsExactly("e~7~f8", "lost e6");
    }

    @Test
    void a_gap_longer_than_a_page_is_read_page_by_page() {
        startAt(0);
        subscription.received(message("e", RoomLog.PAGE + 3));
        subscription.page(number, page("e", RoomLog.PAGE + 3, 1, RoomLog.PAGE));
        assertThat(reads).containsExactly(new StreamPosition("e", 0), new StreamPosition("e", RoomLog.PAGE));
        subscription.page(number, page("e", RoomLog.PAGE + 3, RoomLog.PAGE + 1, RoomLog.PAGE + 3));
        assertThat(events).hasSize(RoomLog.PAGE + 3);
        assertThat(lost).isZero();
    }

    @Test
    void messages_missing_from_the_log_are_counted_as_lost_and_the_rest_is_delivered() {
        startAt(4);
        subscription.received(message("e", 10));
        subscription.page(number, page("e", 10, 8, 10));
        assertThat(events).containsExactly("lost e7", "e8", "e9", "e10");
        assertThat(lost).isEqualTo(3);
    }

    @Test
    void without_a_log_the_live_message_after_the_gap_is_still_delivered() {
        startAt(4);
        subscription.received(message("e", 7));
        subscription.page(number, new RoomLog.Page(new StreamPosition("e", 7), List.of()));
        assertThat(events).containsExactly("lost e6", "e7");
        assertThat(lost).isEqualTo(2);
    }

    @Test
    void a_new_epoch_is_read_from_its_beginning() {
        startAt(4);
        subscription.received(message("f", 2));
        subscription.page(number, page("f", 2, 1, 2));
        assertThat(events).containsExactly("lost f0", "f1", "f2");
        assertThat(lost).isZero();
    }

    @Test
    void a_late_message_of_an_old_epoch_does_not_block_the_new_one() {
        startAt(4);
        subscription.unconfirmed();
        subscription.confirmed();
        subscription.received(message("e", 6));
        subscription.page(number, page("f", 1, 1, 1));
        assertThat(reads).hasSize(2);
        subscription.page(number, new RoomLog.Page(new StreamPosition("f", 1), List.of()));
        subscription.received(message("f", 2));
        assertThat(events).containsExactly("lost f0", "f1", "f2");
    }

    @Test
    void when_too_many_messages_are_held_back_they_are_read_from_the_log() {
        startAt(0);
        subscription.received(message("e", 2));
        for (long offset = 3; offset < 6_000; offset++) {
            subscription.received(message("e", offset));
        }
        subscription.page(number, page("e", 2, 1, 2));
        assertThat(reads).hasSize(2);
        long at = 2;
        while (at < 5_999) {
            long to = Math.min(5_999, at + RoomLog.PAGE);
            subscription.page(number, page("e", 5_999, at + 1, to));
            at = to;
        }
        assertThat(events).hasSize(5_999).doesNotHaveDuplicates();
        assertThat(lost).isZero();
    }

    @Test
    void large_messages_that_are_held_back_take_a_bounded_memory() {
        startAt(0);
        Data large = new Data.Text("x".repeat(100_000));
        for (long offset = 2; offset < 6; offset++) {
            subscription.received(new Publication(ROOM, "message", large, null, true).at(new StreamPosition("e", offset), 1));
        }
        subscription.page(number, page("e", 5, 1, 2));
        assertThat(reads).as("the third and the fourth are not held any more").hasSize(2);
        subscription.page(number, page("e", 5, 3, 5));
        assertThat(events).containsExactly("e1", "e2", "e3", "e4", "e5");
        assertThat(lost).isZero();
    }

    @Test
    void a_failed_read_ends_a_subscription_before_its_start_and_is_retried_after_it() {
        subscription.confirmed();
        assertThat(subscription.failed(number, new IllegalStateException("away"))).isFalse();
        assertThat(events).containsExactly("unavailable");
        subscribe();
        startAt(1);
        subscription.received(message("e", 3));
        assertThat(subscription.failed(number, new IllegalStateException("away"))).isTrue();
    }

    @Test
    void the_first_message_of_a_new_epoch_needs_no_reading() {
        startAt(4);
        subscription.received(message("f", 1));
        subscription.received(message("f", 2));
        assertThat(events).containsExactly("lost f0", "f1", "f2");
        assertThat(reads).isEmpty();
    }

    @Test
    void the_result_of_a_read_on_a_lost_connection_is_ignored() {
        startAt(4);
        subscription.received(message("e", 7));
        int old = number;
        subscription.unconfirmed();
        subscription.confirmed();
        subscription.page(old, page("e", 5, 5, 5));
        assertThat(events).isEmpty();
        assertThat(subscription.failed(old, new IllegalStateException("away"))).isFalse();
        subscription.page(number, page("e", 7, 5, 7));
        assertThat(events).containsExactly("e5", "e6", "e7");
    }

    private void startAt(long offset) {
        subscription.confirmed();
        subscription.head(number, new StreamPosition("e", offset));
        events.clear();
    }

    private static Message message(String epoch, long offset) {
        return new Publication(ROOM, "message", Data.Json.NULL, null, true).at(new StreamPosition(epoch, offset), 1);
    }

    private static RoomLog.Page page(String epoch, long head, long from, long to) {
        return new RoomLog.Page(new StreamPosition(epoch, head),
                LongStream.rangeClosed(from, to).mapToObj(offset -> message(epoch, offset)).toList());
    }

    private final class RecordingSubscriber implements Subscriber {
        @Override
        public void subscribed(StreamPosition position) {
            events.add("subscribed " + position.epoch() + position.offset());
        }

        @Override
        public void message(Message message) {
            events.add(message.epoch() + message.offset());
        }

        @Override
        public void volatileMessage(Message message) {
            events.add("volatile");
        }

        @Override
        public void lost(StreamPosition upTo) {
            events.add("lost " + upTo.epoch() + upTo.offset());
        }

        @Override
        public void presenceEvent(PresenceEvent event) {
            events.add("notice");
        }

        @Override
        public boolean isBehind() {
            return false;
        }

        @Override
        public void unavailable(Throwable cause) {
            events.add("unavailable");
        }
    }

    private final class Log implements RoomSubscription.Reader {
        @Override
        public void readHead(RoomSubscription source, int readNumber) {
            number = readNumber;
            heads++;
        }

        @Override
        public void readAfter(RoomSubscription source, int readNumber, StreamPosition position) {
            number = readNumber;
            reads.add(position);
        }

        @Override
        public void healed(int messages) {
            // The reader of the log counts these.
        }

        @Override
        public void lost(long messages) {
            lost += messages;
        }
    }
}
