package dev.atrium.bench.server;

import java.io.File;
import java.nio.file.Path;

/** Directories, commands and options of the servers on this machine, and their CPU pinning. */
public record Site(Path project, Path work, String java, String serverOptions, boolean aot, Pinning pinning) {

    Path peerSources() {
        return project.resolve("src/bench/peers");
    }

    /** Directory of the compiled and installed peers. */
    Path peers() {
        return work.resolve("peers");
    }

    File log(String subject) {
        return work.resolve("logs").resolve(subject + ".log").toFile();
    }
}
