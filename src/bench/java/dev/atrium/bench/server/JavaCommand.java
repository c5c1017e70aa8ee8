package dev.atrium.bench.server;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Diagnostic commands to a running JVM, by jcmd. */
final class JavaCommand {

    private JavaCommand() {
    }

    /** Runs the garbage collector; does nothing if there is no jcmd. */
    static void collectGarbage(String java, long pid) {
        Optional<String> jcmd = jcmd(java);
        if (jcmd.isEmpty()) {
            return;
        }
        try {
            new ProcessBuilder(jcmd.get(), Long.toString(pid), "GC.run")
                    .redirectErrorStream(true).redirectOutput(new File("/dev/null")).start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<String> jcmd(String java) {
        Path beside = Path.of(java).resolveSibling("jcmd");
        return Files.isExecutable(beside) ? Optional.of(beside.toString()) : Executables.find("jcmd");
    }
}
