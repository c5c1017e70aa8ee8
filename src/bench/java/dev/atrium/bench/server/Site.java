package dev.atrium.bench.server;

import java.io.File;
import java.nio.file.Path;

/** Where things are on this machine, and on which processor they run. */
public record Site(Path project, Path work, String java, String serverOptions, boolean aot, Pinning pinning) {

    Path peerSources() {
        return project.resolve("src/bench/peers");
    }

    /** Built and installed peers. */
    Path peers() {
        return work.resolve("peers");
    }

    File log(String subject) {
        return work.resolve("logs").resolve(subject + ".log").toFile();
    }
}
