package dev.atrium.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Glob patterns. */
class GlobTest {

    @ParameterizedTest(name = "{0} matches {1}: {2}")
    @CsvSource({
            "lobby,  lobby,    true",
            "lobby,  lobby2,   false",
            "lobby,  Lobby,    false",
            "'',     '',       true",
            "'',     a,        false",
            "a?c,    abc,      false",
            "a?c,    a?c,      true",
            "[ab],   a,        false",
            "(a|b)*, (a|b)c,   true",
            "(a|b)*, ac,       false",
            "\\E*\\Q, \\Ex\\Q, true",
            "$^*,    $^x,      true",
    })
    void characters_of_regular_expressions_match_themselves(String glob, String name, boolean matches) {
        assertThat(Glob.pattern(glob).matcher(name).matches()).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = { "chat", "chat*", "", " /chat", "/chat room", "/a,/b", "/chat?" })
    void a_pattern_that_matches_no_namespace_is_rejected(String glob) {
        assertThatThrownBy(() -> Glob.ofNamespaces("atrium.x", glob)).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("atrium.x: expected names that begin with a slash").hasMessageEndingWith("got " + glob);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/", "*", "/chat*", "*/chat", "/*-team" })
    void a_pattern_of_namespaces_begins_with_a_slash_or_a_star(String glob) {
        assertThat(Glob.ofNamespaces("atrium.x", glob).pattern()).isEqualTo(Glob.pattern(glob).pattern());
    }
}
