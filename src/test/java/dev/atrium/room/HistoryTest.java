package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether a part of a history continues from a position without a gap, and which part a query selects. */
class HistoryTest {

    @ParameterizedTest(name = "head {0}, empty page after {1} and before {2}: ends at {3}")
    @CsvSource({ "10, 5, 6, 5", "10, 5, 3, 5", "10, 10, 11, 10", "10, 20, 6, 10", "10, -1, 1, 0", "10, -1, 0, 0",
            "10, 10, 9223372036854775807, 10" })
    void an_empty_page_ends_where_its_query_does(long head, long after, long before, long end) {
        History page = new History(new StreamPosition("e", head), List.of()).endingAt(new HistoryQuery(after, before, 1));
        assertThat(page.head()).isEqualTo(new StreamPosition("e", end));
    }

    @ParameterizedTest(name = "head {0}{1}, messages {2} to {3}, from {4}{5}: {6}")
    @CsvSource({
            // head        messages  position    continues
            "e, 5,         3, 5,     e, 2,       true",
            "e, 5,         4, 5,     e, 2,       false",
            "e, 5,         2, 5,     e, 2,       false",
            "e, 5,         3, 4,     e, 2,       true",
            "e, 5,         0, -1,    e, 5,       true",
            "e, 5,         0, -1,    e, 4,       false",
            "e, 5,         0, -1,    e, 6,       false",
            "e, 5,         7, 7,     e, 6,       false",
            "e, 5,         3, 5,     f, 2,       false",
            "e, 5,         1, 5,     '', 0,      true",
            "e, 5,         3, 5,     '', 0,      false",
            "'', 0,        0, -1,    '', 0,      true",
            "'', 0,        0, -1,    e, 0,       false",
    })
    void a_history_continues_a_position_if_its_first_message_is_the_next(String epoch, long head, long first, long last,
            String ofEpoch,
            long offset, boolean continues) {
        List<Message> messages = LongStream.rangeClosed(first, last)
                .mapToObj(each -> new Publication(RoomId.of("/", "a"), "message", Data.Json.NULL, null, true)
                        .at(new StreamPosition(epoch, each), 1))
                .toList();
        assertThat(new History(new StreamPosition(epoch, head), messages).continues(new StreamPosition(ofEpoch, offset)))
                .isEqualTo(continues);
    }

    @ParameterizedTest
    @CsvSource({ "-1, true", "0, false", "7, false" })
    void a_query_from_before_the_first_offset_is_for_the_newest_messages(long after, boolean newest) {
        assertThat(new HistoryQuery(after, Long.MAX_VALUE, 10).isNewest()).isEqualTo(newest);
    }

    @Test
    void a_query_for_what_comes_after_an_offset_has_no_other_end() {
        assertThat(HistoryQuery.after(5, 10)).isEqualTo(new HistoryQuery(5, Long.MAX_VALUE, 10));
    }

    @Test
    void a_new_history_begins_before_its_first_message_in_an_epoch_of_its_own() {
        StreamPosition origin = StreamPosition.origin();
        assertThat(origin.offset()).isZero();
        assertThat(origin.epoch()).matches("[\\w-]{8}").isNotEqualTo(StreamPosition.origin().epoch());
    }
}
