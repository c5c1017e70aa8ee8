package dev.atrium.bench.server;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/** npm packages of the peers, installed once into the build directory. */
public final class NodePackages {

    private final Site site;
    private Optional<String> missing;

    public NodePackages(Site site) {
        this.site = site;
    }

    /** Returns the reason if they cannot be installed. The first call installs them. */
    Optional<String> missing() {
        if (missing == null) {
            missing = install();
        }
        return missing;
    }

    private Optional<String> install() {
        if (Executables.find("node").isEmpty()) {
            return Optional.of("no node");
        }
        try {
            Files.createDirectories(site.peers());
            try (DirectoryStream<Path> sources = Files.newDirectoryStream(site.peerSources(), "*.{mjs,json}")) {
                for (Path source : sources) {
                    Files.copy(source, site.peers().resolve(source.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            if (Files.isDirectory(site.peers().resolve("node_modules/socket.io"))) {
                return Optional.empty();
            }
            Optional<String> npm = Executables.find("npm");
            if (npm.isEmpty()) {
                return Optional.of("no npm");
            }
            ServerProcess.run(List.of(npm.get(), "install", "--no-audit", "--no-fund", "--ignore-scripts"),
                    site.peers().toFile(), site.log("npm"));
            return Optional.empty();
        } catch (IOException | IllegalStateException e) {
            return Optional.of("npm install: " + e.getMessage());
        }
    }
}
