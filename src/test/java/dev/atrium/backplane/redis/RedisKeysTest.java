package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.RoomId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of keys and channels, which replicas of different versions share. */
class RedisKeysTest {

    private static final RoomId LOBBY = RoomId.of("/", "lobby 1");

    private final RedisKeys keys = new RedisKeys("at");

    @Test
    void all_keys_of_a_room_have_the_same_hash_tag() {
        assertThat(keys.room(LOBBY)).isEqualTo("at:room:{/ lobby 1}");
        assertThat(keys.log(LOBBY)).isEqualTo("at:log:{/ lobby 1}");
        assertThat(keys.members(LOBBY)).isEqualTo("at:members:{/ lobby 1}");
        assertThat(keys.once(LOBBY, "k")).isEqualTo("at:once:{/ lobby 1}:k");
        assertThat(keys.room(RoomId.everyone("/chat"))).isEqualTo("at:room:{/chat}");
    }

    @Test
    void all_sessions_of_a_replica_have_the_same_hash_tag() {
        assertThat(keys.sessions("node01")).isEqualTo("at:sessions:{node01}");
        assertThat(keys.session("node01", "token")).isEqualTo("at:session:{node01}:token");
    }

    @Test
    void the_keys_of_a_replica_end_with_its_name() {
        assertThat(keys.node("node01")).isEqualTo("at:node:node01");
        assertThat(keys.lease("node01")).isEqualTo("at:lease:node01");
        assertThat(keys.reaper("node01")).isEqualTo("at:reaper:node01");
        assertThat(keys.roomsOf("node01")).isEqualTo("at:rooms:node01");
        assertThat(keys.nodes()).isEqualTo("at:node:");
        assertThat(keys.registry()).isEqualTo("at:nodes");
    }

    @Test
    void the_channel_of_a_room_is_its_own_and_that_of_a_session_its_replica_s() {
        assertThat(keys.channel(LOBBY)).isEqualTo(keys.room(LOBBY));
        assertThat(keys.channel(RoomId.everyone("/"))).isEqualTo("at:room:{/}");
        assertThat(keys.channel(RoomId.of("/chat", "~node01" + "x".repeat(14)))).isEqualTo("at:node:node01");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "/     | lob      | at:room:{/ lob*}",
            "/chat | \"\"     | at:room:{/chat *}",
            "/     | a*b?     | at:room:{/ a\\*b\\?*}",
            "/     | [a-z]^\\ | at:room:{/ \\[a\\-z\\]\\^\\\\*}",
            "/a*   | x        | at:room:{/a\\* x*}",
    })
    void glob_characters_in_names_are_escaped(String namespace, String name, String pattern) {
        assertThat(keys.roomPattern(namespace, name)).isEqualTo(pattern);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = { "/, lobby", "/chat, a b", "/chat, {x}", "/, }" })
    void a_room_is_parsed_from_its_key_and_from_its_printed_form(String namespace, String name) {
        RoomId room = RoomId.of(namespace, name);
        assertThat(keys.roomName(namespace, keys.room(room))).isEqualTo(name);
        assertThat(RedisKeys.room(room.toString())).isEqualTo(room);
    }
}
