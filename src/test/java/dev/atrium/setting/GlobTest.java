package dev.atrium.setting;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
