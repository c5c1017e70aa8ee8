package dev.atrium.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.atrium.room.RoomId;
import dev.atrium.setting.Glob;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Grants of room patterns, and the rejection of malformed ones. */
class PermissionsTest {

    @ParameterizedTest(name = "{0}: {3} in {1} {2} is {4}")
    @CsvSource({
            "lobby:join send,          /,      lobby,   JOIN,    true",
            "lobby:join send,          /,      lobby,   HISTORY, false",
            "lobby:join send,          /,      lobby2,  JOIN,    false",
            "lobby:join send,          /chat,  lobby,   JOIN,    false",
            "team-7-*:join,            /,      team-7-, JOIN,    true",
            "team-7-*:join,            /,      team-7-a, JOIN,   true",
            "team-7-*:join,            /,      team-77, JOIN,    false",
            "*:join,                   /,      '',      JOIN,    true",
            "*:join,                   /chat,  lobby,   JOIN,    false",
            "/chat lobby:join,         /chat,  lobby,   JOIN,    true",
            "/chat lobby:join,         /,      lobby,   JOIN,    false",
            "/chat* *:send,            /chat2, any,     SEND,    true",
            "/* *:admin,               /,      any,     SEND,    true",
            "/* *:admin,               /x,     '',      ADMIN,   true",
            "'/chat :send',            /chat,  '',      SEND,    true",
            "'/chat :send',            /chat,  lobby,   SEND,    false",
            "/a/b:join,                /,      /a/b,    JOIN,    true",
            "a.c:join,                 /,      abc,     JOIN,    false",
            "with:colon:join,          /,      with:colon, JOIN, true",
            "'lobby:join,lobby:send',  /,      lobby,   SEND,    true",
            "'l*:join,lobby:send',     /,      lobby,   JOIN,    true",
    })
    void patterns_grant(String text, String namespace, String room, Permission permission, boolean allowed) {
        assertThat(Permissions.parse(text).allow(new RoomId(namespace, room), permission)).isEqualTo(allowed);
    }

    @ParameterizedTest(name = "{0} reaches {1}: {2}")
    @CsvSource({
            "lobby:join,       /,     true",
            "lobby:join,       /chat, false",
            "/chat lobby:join, /chat, true",
            "/chat lobby:join, /,     false",
            "/c* x:join,       /chat, true",
    })
    void a_namespace_is_reached_by_any_room_of_it(String text, String namespace, boolean reached) {
        assertThat(Permissions.parse(text).reach(namespace)).isEqualTo(reached);
        assertThat(Permissions.NONE.reach(namespace)).isFalse();
        assertThat(new Permissions(Map.of("lobby", Set.of(), "*", Set.of())).reach(namespace)).isFalse();
    }

    @ParameterizedTest(name = "{0} matches {1}: {2}")
    @CsvSource({
            "*,       '',     true", "a*,  a,   true", "a*,   ba,   false", "*a,  aba, true", "*a,  ab,  false",
            "a*a, a,    false", "a*a, aa, true",
            "a*b*c,   aXbYc,  true", "a*b*c, abc, true", "a*b*c, acb, false", "a*b*b, ab, false", "a*b*b, abb, true",
            "**, x, true", "*ab*, xaab, true",
    })
    void stars_match_any_text(String glob, String name, boolean matches) {
        assertThat(Glob.pattern(glob).matcher(name).matches()).isEqualTo(matches);
    }

    @Test
    void many_stars_are_matched_without_backtracking() {
        assertTimeoutPreemptively(Duration.ofSeconds(2),
                () -> assertThat(Glob.pattern("*a".repeat(60) + "*b").matcher("a".repeat(255)).matches()).isFalse());
    }

    @Test
    void the_error_of_a_malformed_grant_names_it() {
        assertThatThrownBy(() -> Permissions.parse("lobby:fly")).isInstanceOf(InvalidGrantException.class)
                .hasMessageContaining("got \"fly\"");
        assertThatThrownBy(() -> Permissions.parse("lobby")).isInstanceOf(InvalidGrantException.class)
                .hasMessageContaining("lobby:join send");
        assertThatThrownBy(() -> Permissions.parse("lo\nbby:join")).isInstanceOf(InvalidGrantException.class)
                .hasMessageContaining("U+000A");
        assertThatThrownBy(() -> Permissions.parse("lobby:")).isInstanceOf(InvalidGrantException.class);
    }

    @ParameterizedTest(name = "{0}: {1} in every room: {2}")
    @CsvSource({
            "/* *:send,                   SEND, true",
            "/* *:send,                   JOIN, false",
            "/* *:admin,                  JOIN, true",
            "*:send,                      SEND, false",
            "/* a*:send,                  SEND, false",
            "/a* *:send,                  SEND, false",
            "'lobby:join,/* *:send join', JOIN, true",
    })
    void only_the_pattern_of_all_rooms_grants_everywhere(String text, Permission permission, boolean everywhere) {
        assertThat(Permissions.parse(text).allowEverywhere(permission)).isEqualTo(everywhere);
    }

    @Test
    void the_error_of_an_invalid_pattern_names_it() {
        assertThatThrownBy(() -> Permissions.parse("/ch?at lobby:join")).isInstanceOf(InvalidGrantException.class)
                .hasMessage("\"/ch?at lobby\": ns: expected no space, comma or question mark");
        assertThatThrownBy(() -> Permissions.parse("x".repeat(256) + ":join")).isInstanceOf(InvalidGrantException.class)
                .hasMessageEndingWith("room: expected at most 255 bytes of UTF-8, got 256");
    }

    @Test
    void words_of_one_pattern_are_combined_whatever_the_spaces() {
        assertThat(Permissions.grants("a:join  send, b: admin ,a:history")).isEqualTo(Map.of(
                "a", Set.of(Permission.JOIN, Permission.SEND, Permission.HISTORY), "b", Set.of(Permission.ADMIN)));
    }
}
