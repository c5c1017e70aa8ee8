package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.HistoryQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers with which clients choose a part of something, and what those are sent that are out of range. */
class RangesTest {

    @ParameterizedTest
    @CsvSource({
            ", , , -1, 9223372036854775807, 100",
            "0, , 1, 0, 9223372036854775807, 1",
            "7, 9, 1000, 7, 9, 1000",
            ", 5, 20, -1, 5, 20" })
    void a_history_is_its_newest_hundred_messages_unless_the_client_chooses(Long after, Long before, Long limit,
            long expectedAfter, long expectedBefore,
            int expectedLimit) {
        assertThat(Ranges.history("", after, before, limit))
                .isEqualTo(new HistoryQuery(expectedAfter, expectedBefore, expectedLimit));
    }

    @ParameterizedTest
    @ValueSource(longs = { 0, -1, 1001, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32 | 5 })
    void a_limit_out_of_range_is_named_with_what_was_expected(long limit) {
        assertThatThrownBy(() -> Ranges.history("params.", null, null, limit)).isInstanceOf(ErrorReply.class)
                .hasMessage("params.limit: expected a number from 1 to 1000");
    }

    @ParameterizedTest
    @ValueSource(longs = { -1, Long.MIN_VALUE })
    void an_end_before_the_first_message_is_named(long before) {
        assertThatThrownBy(() -> Ranges.history("params.", null, before, null)).isInstanceOf(ErrorReply.class)
                .hasMessage("params.before: expected a number from 0");
    }

    @Test
    void a_limit_may_be_one_and_the_most_and_has_a_default() {
        assertThat(Ranges.limit("limit", 1L, 50, 200)).isEqualTo(1);
        assertThat(Ranges.limit("limit", 200L, 50, 200)).isEqualTo(200);
        assertThat(Ranges.limit("limit", null, 50, 200)).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource({ "0, 0", "-5, -5", "+7, 7", "9223372036854775807, 9223372036854775807" })
    void a_number_of_a_url_is_read(String text, long number) {
        assertThat(Ranges.number("after", text)).isEqualTo(number);
    }

    @Test
    void a_url_need_not_have_the_number() {
        assertThat(Ranges.number("after", null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " 1", "1.5", "1e3", "0x10", "9223372036854775808", "many" })
    void an_invalid_number_is_named(String text) {
        assertThatThrownBy(() -> Ranges.number("after", text)).isInstanceOf(ErrorReply.class)
                .hasMessage("after: expected a number");
    }
}
