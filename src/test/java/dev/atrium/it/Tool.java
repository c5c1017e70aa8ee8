package dev.atrium.it;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Programs that may be missing on a developer's machine, but not in continuous integration. */
final class Tool {

    private Tool() {
    }

    /** Returns the path of a program. If it is missing, skips the test, or fails it with {@code CI=true}. */
    static Path require(String name) {
        Path found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name)).filter(Files::isExecutable).findFirst().orElse(null);
        if (found == null && "true".equals(System.getenv("CI"))) {
            Assertions.fail(name + " is not installed, and CI=true");
        }
        if (found == null) {
            // JUnit's report does not list a class that was skipped as a whole.
            System.out.println(name + " is not installed: a test that needs it is skipped");
        }
        Assumptions.assumeTrue(found != null, name + " is not installed");
        return found;
    }
}
