package dev.atrium.bench.server;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.PlainDialect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Nchan in nginx, as a Linux distribution packages it. */
public final class NchanSubject implements Subject {

    private static final String NAME = "nchan";
    private static final String MODULE = "ngx_nchan_module.so";

    private final Site site;

    public NchanSubject(Site site) {
        this.site = site;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> missing() {
        if (Executables.find("nginx").isEmpty()) {
            return Optional.of("no nginx");
        }
        return module().isEmpty() ? Optional.of("no " + MODULE) : Optional.empty();
    }

    private static Optional<Path> module() {
        return Stream.of("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/lib/nginx/modules",
                "/etc/nginx/modules")
                .map(directory -> Path.of(directory, MODULE)).filter(Files::exists).findFirst();
    }

    @Override
    public Optional<Dialect> dialect(Use use) {
        return switch (use) {
            case ROOMS, JOIN -> Optional.of(PlainDialect.rooms());
            case ECHO, REPLICAS, RESUME, PRESENCE, HISTORY, FILES -> Optional.empty();
        };
    }

    @Override
    public Server start(Launch launch) {
        int port = FreePort.find();
        Path directory = site.peers().resolve(NAME);
        try {
            Files.createDirectories(directory);
            String configuration = Files.readString(site.peerSources().resolve("nchan.conf.template"))
                    .replace("@MODULE@", module().orElseThrow().toString())
                    .replace("@DIRECTORY@", directory.toString())
                    .replace("@FILES@", Long.toString(Math.min(65_536, ProcFile.openFileLimit())))
                    .replace("@PORT@", Integer.toString(port));
            Files.writeString(directory.resolve("nginx.conf"), configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = List.of(Executables.find("nginx").orElseThrow(),
                "-p", directory.toString(), "-c", directory.resolve("nginx.conf").toString());
        return PeerServer.start(site, NAME, launch, directory, port, command);
    }
}
