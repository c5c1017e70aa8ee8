package dev.atrium.it;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Programs that a developer's machine may lack, but not the one of continuous integration. */
final class Tool {

    private Tool() {
    }

    /** The program of that name. Skips the test where it is missing, or with {@code CI=true} fails it. */
    static Path require(String name) {
        Path found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name)).filter(Files::isExecutable).findFirst().orElse(null);
        if (found == null && "true".equals(System.getenv("CI"))) {
            Assertions.fail(name + " is not installed, and CI=true");
        }
        if (found == null) {
            // JUnit's report is silent on a class that was skipped as a whole.
            System.out.println(name + " is not installed: a test that needs it is skipped");
        }
        Assumptions.assumeTrue(found != null, name + " is not installed");
        return found;
    }
}
