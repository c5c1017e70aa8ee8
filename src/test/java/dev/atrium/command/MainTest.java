package dev.atrium.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Tokens;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Arguments that are refused, with exit code 2 and what was expected. */
class MainTest {

    @Test
    void a_permission_that_is_none_is_named() {
        refuses("expected some of join, send, history, presence, publish, admin, got \"jion\"", "token", "--user", "ann",
                "--rooms", "lobby:jion", "--key", "any");
    }

    @Test
    void a_key_that_is_not_there_is_named() {
        refuses("There is no file there-is-none.pem", "token", "--user", "ann", "--key", "there-is-none.pem");
    }

    @Test
    void a_user_has_a_name() {
        refuses("'--user': expected a name", "token", "--user", " ", "--key", Tokens.KEY_FILE.toString());
    }

    @Test
    void a_token_is_valid_for_a_positive_time() {
        refuses("expected a duration", "token", "--user", "ann", "--key", Tokens.KEY_FILE.toString(), "--expires", "-1h");
    }

    @Test
    void a_key_is_one_for_the_algorithm() {
        refuses("is no private key for ES256", "token", "--user", "ann", "--key", Tokens.KEY_FILE.toString(), "--algorithm",
                "ES256");
    }

    @Test
    void a_setting_comes_before_the_jar() {
        refuses("Settings come before -jar", "check-config", "-Datrium.auth.mode=open");
        refuses("--help shows what is expected", "check-config", "--Datrium.auth.mode=open");
    }

    private static void refuses(String expected, String... arguments) {
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine().setErr(new PrintWriter(err));
        assertThat(line.execute(arguments)).isEqualTo(2);
        assertThat(err.toString()).contains(expected);
    }
}
