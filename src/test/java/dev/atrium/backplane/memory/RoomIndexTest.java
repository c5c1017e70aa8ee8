package dev.atrium.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages of the names of rooms. */
class RoomIndexTest {

    private final RoomIndex index = new RoomIndex();

    @BeforeEach
    void fill() {
        for (String name : List.of("b", "ba", "a", "c", "bb", "", "~abcdefghijklmnopqrst")) {
            index.add(new RoomId("/", name));
        }
        index.add(new RoomId("/x", "b"));
        index.add(new RoomId("/0", "b"));
    }

    @ParameterizedTest(name = "{0} {1} after {2}, {3} at most: {4}")
    @CsvSource(nullValues = "-", value = { "/, '', -, 10, a b ba bb c, -", "/, '', -, 5, a b ba bb c, -",
            "/, '', -, 2, a b, b", "/, '', b, 2, ba bb, bb", "/, '', bb, 2, c, -", "/, '', c, 2, '', -",
            "/, b, -, 10, b ba bb, -", "/, b, -, 1, b, b", "/, b, b, 1, ba, ba", "/, b, a, 10, b ba bb, -",
            "/, b, c, 10, '', -", "/, d, -, 10, '', -", "/x, '', -, 10, b, -", "/y, '', -, 10, '', -" })
    void a_page_has_the_names_after_its_cursor(String namespace, String prefix, String cursor, int limit, String names,
            String next) {
        assertThat(index.page(namespace, prefix, cursor, limit))
                .isEqualTo(new RoomPage(names.isEmpty() ? List.of() : List.of(names.split(" ")), next));
    }

    @Test
    void a_room_that_was_removed_is_not_listed() {
        index.remove(new RoomId("/", "b"));
        index.remove(new RoomId("/", "never there"));
        assertThat(index.page("/", "b", null, 10).names()).containsExactly("ba", "bb");
        index.clear();
        assertThat(index.page("/", "", null, 10).names()).isEmpty();
    }
}
