package dev.atrium.bench.server;

import java.nio.file.Path;
import java.util.List;

/** A peer: ready when it accepts, and told by a hook how its garbage is collected. */
record PeerServer(int port, ServerProcess process, Runnable collector) implements Server {

    static PeerServer start(Site site, String name, Launch launch, Path directory, int port, List<String> command) {
        ServerProcess process = ServerProcess
                .start(site.pinning().command(launch.processor(), command), directory.toFile(), site.log(name))
                .awaitListening(port);
        return new PeerServer(port, process, () -> { });
    }

    PeerServer withCollector(Runnable other) {
        return new PeerServer(port, process, other);
    }

    @Override
    public void collectGarbage() {
        collector.run();
    }
}
