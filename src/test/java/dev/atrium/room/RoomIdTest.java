package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Room ids: valid and invalid names and namespaces, and the ids of session rooms. */
class RoomIdTest {

    @ParameterizedTest
    @ValueSource(strings = { "lobby", "a/b", " ", "日本", "👨‍👩‍👧", "~home", "{}", "." })
    void any_printable_name_is_a_room(String name) {
        assertThat(RoomId.of("/", name).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = { "\u0000", "a\nb", "\u007f", "\u0085", "\u2028", "\u2029", "\ud800", "a\udc00" })
    void unprintable_characters_make_a_name_invalid(String name) {
        assertThatThrownBy(() -> RoomId.of("/", name)).isInstanceOf(InvalidNameException.class)
                .hasMessageStartingWith("room: expected printable characters");
    }

    @Test
    void a_name_has_1_to_255_bytes_of_utf8_however_many_characters_that_is() {
        assertThat(RoomId.of("/", "x".repeat(255)).name()).hasSize(255);
        assertThat(RoomId.of("/", "ü".repeat(127)).name()).hasSize(127);
        assertThat(RoomId.of("/", "😀".repeat(63)).name()).hasSize(126);
        for (String name : new String[] { "", "x".repeat(256), "ü".repeat(128), "日".repeat(86), "😀".repeat(64) }) {
            assertThatThrownBy(() -> RoomId.of("/", name)).isInstanceOf(InvalidNameException.class)
                    .hasMessageStartingWith("room:");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "chat", "/a b", "/a,b", "/a?b", "/\n" })
    void a_namespace_begins_with_a_slash_and_leaves_room_for_socket_io(String namespace) {
        assertThatThrownBy(() -> RoomId.of(namespace, "a")).isInstanceOf(InvalidNameException.class)
                .hasMessageStartingWith("ns:");
        assertThatThrownBy(() -> RoomId.everyone(namespace)).isInstanceOf(InvalidNameException.class)
                .hasMessageStartingWith("ns:");
    }

    @ParameterizedTest(name = "U+{0} has {1} bytes")
    @CsvSource({ "7E, 1", "A0, 2", "7FF, 2", "800, 3", "FFFD, 3", "10000, 4" })
    void a_character_counts_as_its_bytes_of_utf8(String character, int bytes) {
        String one = Character.toString(Integer.parseInt(character, 16));
        String most = one.repeat(RoomId.MAX_BYTES / bytes) + "x".repeat(RoomId.MAX_BYTES % bytes);
        assertThat(RoomId.of("/", most).name()).isEqualTo(most);
        assertThatThrownBy(() -> RoomId.of("/", most + "x")).isInstanceOf(InvalidNameException.class)
                .hasMessage("room: expected at most 255 bytes of UTF-8, got 256");
    }

    @Test
    void a_room_is_written_as_its_namespace_and_name() {
        assertThat(RoomId.of("/chat", "lobby")).hasToString("/chat lobby");
        assertThat(RoomId.everyone("/chat")).hasToString("/chat");
    }

    @Test
    void a_session_s_own_room_is_known_by_its_form() {
        String id = Node.create().newSessionId();
        assertThat(RoomId.of("/", id).isSession()).isTrue();
        assertThat(RoomId.of("/", id + "x").isSession()).isFalse();
        assertThat(RoomId.of("/", "~" + "ü".repeat(20)).isSession()).isFalse();
        assertThat(RoomId.of("/", "x" + id.substring(1)).isSession()).isFalse();
    }

    @Test
    void a_session_id_names_its_node() {
        Node node = Node.create();
        assertThat(SessionId.node(node.newSessionId())).isEqualTo(node.name());
    }
}
