package dev.atrium.it.browser;

import dev.atrium.it.fixture.Node;
import dev.atrium.it.fixture.SharedReplicas;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The components of docs/recipes.md, in the libraries that they are written for. */
class RecipesIT {

    private static final Path SERVED = Path.of("target/classes/META-INF/resources/atrium.js").toAbsolutePath();

    @Test
    void each_recipe_joins_shows_sends_and_leaves() {
        // The assertions are in the script, whose failure fails this test.
        Node.run("--experimental-websocket", "--conditions=browser", "recipes.test.mjs", SERVED.toString(),
                Path.of("docs/recipes.md").toAbsolutePath().toString(), Integer.toString(SharedReplicas.open().port()));
    }
}
