package dev.atrium.bench.server;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.PlainDialect;
import dev.atrium.bench.load.SessionDialect;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Baseline: a C program that makes one send() call per delivery. */
public final class BareSubject implements Subject {

    public static final String NAME = "bare";

    private final Site site;

    public BareSubject(Site site) {
        this.site = site;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> missing() {
        Optional<String> compiler = Stream.of("cc", "gcc").flatMap(name -> Executables.find(name).stream()).findFirst();
        if (compiler.isEmpty()) {
            return Optional.of("no C compiler");
        }
        try {
            Files.createDirectories(site.peers());
            ServerProcess.run(List.of(compiler.get(), "-O2", "-o", program(), source()), site.peers().toFile(),
                    site.log("cc"));
            return Optional.empty();
        } catch (IOException | IllegalStateException e) {
            return Optional.of("not compiled: " + e.getMessage());
        }
    }

    private String program() {
        return site.peers().resolve(NAME).toString();
    }

    private String source() {
        return site.peerSources().resolve("bare.c").toString();
    }

    @Override
    public Optional<Dialect> dialect(Use use) {
        return Optional.ofNullable(switch (use) {
            case ROOMS -> PlainDialect.rooms();
            case ECHO -> PlainDialect.echo();
            // The program echoes the command, which begins like the reply to it.
            case JOIN -> new SessionDialect(false);
            case REPLICAS, RESUME, PRESENCE, HISTORY, FILES -> null;
        });
    }

    @Override
    public Server start(Launch launch) {
        int port = FreePort.find();
        return PeerServer.start(site, NAME, launch, site.peers(), port, List.of(program(), Integer.toString(port)));
    }
}
