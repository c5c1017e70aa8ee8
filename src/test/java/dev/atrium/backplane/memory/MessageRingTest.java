package dev.atrium.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Data;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.RoomId;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The newest messages of a room, and pages of them. */
class MessageRingTest {

    private final MessageRing ring = new MessageRing();

    private void add(long from, long to) {
        LongStream.rangeClosed(from, to).forEach(offset -> ring.add(message(offset, "x")));
    }

    private static Message message(long offset, String text) {
        return new Message(RoomId.of("/", "lobby"), "message", new Data.Text(text), null, true, null, null, offset, "e",
                offset);
    }

    private List<Long> page(long after, long before, int limit) {
        return ring.page(new HistoryQuery(after, before, limit)).stream().map(Message::offset).toList();
    }

    @ParameterizedTest
    @CsvSource({
            // The oldest after an offset.
            "0, 9223372036854775807, 3, 5 6 7",
            "5, 9223372036854775807, 3, 6 7 8",
            "19, 9223372036854775807, 3, 20",
            "20, 9223372036854775807, 3, ''",
            "9223372036854775807, 9223372036854775807, 3, ''",
            "5, 8, 3, 6 7",
            "7, 8, 3, ''",
            "9, 8, 3, ''",
            "0, 1, 1, ''",
            // The newest before an offset.
            "-1, 9223372036854775807, 3, 18 19 20",
            "-1, 20, 2, 18 19",
            "-1, 6, 3, 5",
            "-1, 5, 3, ''",
            "-1, -9223372036854775808, 3, ''",
            "-9223372036854775808, 9223372036854775807, 3, 18 19 20",
    })
    void a_page_is_in_order_and_within_its_limits(long after, long before, int limit, String expected) {
        add(1, 6);
        for (int i = 0; i < 4; i++) {
            ring.removeFirst();
        }
        // Past the end of the array, and beyond its length.
        add(7, 20);
        assertThat(page(after, before, limit)).extracting(Object::toString)
                .containsExactlyElementsOf(expected.isEmpty() ? List.of() : List.of(expected.split(" ")));
        assertThat(ring.size()).isEqualTo(16);
        assertThat(ring.first().offset()).isEqualTo(5);
    }

    @Test
    void messages_come_and_go_in_order() {
        for (long offset = 1; offset <= 1_000; offset++) {
            ring.add(message(offset, "x"));
            if (offset > 10) {
                assertThat(ring.removeFirst().offset()).isEqualTo(offset - 10);
            }
        }
        assertThat(page(0, Long.MAX_VALUE, 100)).containsExactlyElementsOf(LongStream.rangeClosed(991, 1_000).boxed().toList());
    }

    @Test
    void one_that_was_emptied_is_used_again() {
        add(1, 9);
        for (int i = 0; i < 9; i++) {
            ring.removeFirst();
        }
        assertThat(ring.isEmpty()).isTrue();
        assertThat(page(-1, Long.MAX_VALUE, 10)).isEmpty();
        add(10, 11);
        assertThat(page(-1, Long.MAX_VALUE, 10)).containsExactly(10L, 11L);
    }

    @ParameterizedTest
    @CsvSource({ "0, 1 2", "-1, 3 4" })
    void a_page_ends_after_the_message_that_exceeds_a_megabyte(long after, String expected) {
        LongStream.rangeClosed(1, 4).forEach(offset -> ring.add(message(offset, "x".repeat(800_000))));
        assertThat(page(after, Long.MAX_VALUE, 10)).extracting(Object::toString).containsExactly(expected.split(" "));
    }
}
