package dev.atrium.it.browser;

import dev.atrium.it.fixture.Node;
import org.junit.jupiter.api.Test;

/** Format of the JavaScript sources. CONTRIBUTING.md has the command that puts right what this test finds. */
class ScriptFormatIT {

    @Test
    void the_scripts_have_the_format_of_prettier() {
        Node.runNamed("check-format");
    }
}
