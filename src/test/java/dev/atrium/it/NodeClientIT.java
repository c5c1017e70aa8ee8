package dev.atrium.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The stock client of npm under Node, on one replica and on two behind a proxy that remembers nobody. */
class NodeClientIT {

    private static final Path SOURCES = Path.of("src/test/npm");
    private static final Path PACKAGES = Path.of("target/npm");

    @BeforeAll
    static void install() throws IOException {
        Tool.require("node");
        String npm = Tool.require("npm").toString();
        Files.createDirectories(PACKAGES);
        try (DirectoryStream<Path> sources = Files.newDirectoryStream(SOURCES)) {
            for (Path source : sources) {
                Files.copy(source, PACKAGES.resolve(source.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!Files.isDirectory(PACKAGES.resolve("node_modules/socket.io-client"))) {
            run(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        }
    }

    @Test
    void one_replica_in_memory() {
        try (Replica replica = Replica.start(Map.of("atrium.engineio.max-payload", "1M"))) {
            run("node", "stock-client.mjs", replica.http(""));
        }
    }

    @Test
    void two_replicas_behind_a_proxy() {
        try (Cluster cluster = Cluster.overRedis(2, Map.of("atrium.engineio.max-payload", "1M"));
                Nginx nginx = Nginx.before(cluster.replica(0), cluster.replica(1))) {
            run("node", "stock-client.mjs", nginx.http(""));
        }
    }

    private static void run(String... command) {
        try {
            Path log = Files.createTempFile("atrium-node", ".log");
            List<String> line = new ArrayList<>(List.of(command));
            Process process = new ProcessBuilder(line).directory(PACKAGES.toFile()).redirectErrorStream(true)
                    .redirectOutput(log.toFile()).start();
            boolean ended = process.waitFor(120, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended).as("in time: %s", Files.readString(log)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
