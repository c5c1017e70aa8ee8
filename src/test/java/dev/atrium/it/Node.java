package dev.atrium.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Node.js with the packages of {@code src/test/npm}. */
final class Node {

    private static final Path SOURCES = Path.of("src/test/npm");
    private static final Path PACKAGES = Path.of("target/npm");

    private Node() {
    }

    /** Runs a script, which must succeed. Skips the test if Node or npm is missing. */
    static void run(String script, String... arguments) {
        String node = Tool.require("node").toString();
        try {
            install(Tool.require("npm").toString());
            List<String> command = new ArrayList<>(List.of(node, script));
            command.addAll(List.of(arguments));
            execute(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Installs the packages, so that a script can begin at once. */
    static void prepare() {
        run("--version");
    }

    /** Locked, because other tests in other processes install the same packages. */
    private static void install(String npm) throws IOException {
        Files.createDirectories(PACKAGES);
        try (FileChannel lock = FileChannel.open(PACKAGES.resolveSibling("npm.lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
            lock.lock();
            fetch(npm);
        }
    }

    private static void fetch(String npm) throws IOException {
        boolean installed = Files.exists(PACKAGES.resolve("node_modules/.package-lock.json"))
                && Files.mismatch(SOURCES.resolve("package-lock.json"), PACKAGES.resolve("package-lock.json")) < 0;
        try (DirectoryStream<Path> sources = Files.newDirectoryStream(SOURCES)) {
            for (Path source : sources) {
                Path target = PACKAGES.resolve(source.getFileName());
                // An unchanged script is not overwritten: another process may be running it.
                if (!Files.exists(target) || Files.mismatch(source, target) >= 0) {
                    Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        if (!installed) {
            execute(List.of(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"));
        }
    }

    private static void execute(List<String> command) throws IOException {
        Path log = Files.createTempFile("atrium-node", ".log");
        Process process = new ProcessBuilder(command).directory(PACKAGES.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        try {
            boolean ended = process.waitFor(120, TimeUnit.SECONDS);
            assertThat(ended).as("in time: %s", Files.readString(log)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
