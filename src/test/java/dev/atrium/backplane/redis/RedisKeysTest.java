package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.RoomId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of keys and channels, which replicas of different versions share. */
class RedisKeysTest {

    private static final RoomId LOBBY = RoomId.of("/", "lobby 1");

    private final RedisKeys keys = new RedisKeys("at", 0);

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

    @Test
    void each_database_has_channels_of_its_own_and_the_same_keys() {
        RedisKeys other = new RedisKeys("at", 1);
        assertThat(other.channel(LOBBY)).isEqualTo("at:@1:room:{/ lobby 1}");
        assertThat(other.channel(RoomId.of("/chat", "~node01" + "x".repeat(14)))).isEqualTo("at:@1:node:node01");
        assertThat(other.nodes()).isEqualTo("at:@1:node:");
        assertThat(other.room(LOBBY)).isEqualTo(keys.room(LOBBY));
        assertThat(other.lease("node01")).isEqualTo(keys.lease("node01"));
    }

    @Test
    void the_idempotency_keys_of_two_rooms_are_never_one_key() {
        assertThat(keys.once(RoomId.of("/", "a}:b"), "k")).isNotEqualTo(keys.once(RoomId.of("/", "a"), "b}:k"));
    }

    /** Names of few characters, the special ones among them, so that parts of names often look like separators. */
    @Test
    void no_two_things_have_the_same_key() {
        Random random = new Random(17);
        Map<String, List<String>> parts = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            RoomId room = new RoomId("/" + word(random, "ab{}:/%"), word(random, "ab{}:/% \u0001\n"));
            String idempotency = word(random, "ab{}:/%2457D ");
            String node = word(random, "ab");
            String token = word(random, "ab-_");
            Map<String, List<String>> made = new HashMap<>(Map.of(
                    keys.room(room), List.of("room", room.namespace(), room.name()),
                    keys.log(room), List.of("log", room.namespace(), room.name()),
                    keys.members(room), List.of("members", room.namespace(), room.name()),
                    keys.waiting(room), List.of("waiting", room.namespace(), room.name()),
                    keys.once(room, idempotency), List.of("once", room.namespace(), room.name(), idempotency)));
            made.putAll(Map.of(
                    keys.node(node), List.of("node", node),
                    keys.lease(node), List.of("lease", node),
                    keys.reaper(node), List.of("reaper", node),
                    keys.roomsOf(node), List.of("rooms", node),
                    keys.sessions(node), List.of("sessions", node),
                    keys.connected(node), List.of("connected", node),
                    keys.session(node, token), List.of("session", node, token)));
            assertThat(made).hasSize(12);
            made.forEach((key, thing) -> assertThat(parts.computeIfAbsent(key, first -> thing)).as(key).isEqualTo(thing));
            assertThat(RedisKeys.room(room.toString())).as("the index of a replica's rooms").isEqualTo(room);
        }
    }

    private static String word(Random random, String characters) {
        return random.ints(1 + random.nextInt(4), 0, characters.length())
                .mapToObj(index -> String.valueOf(characters.charAt(index))).collect(Collectors.joining());
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
