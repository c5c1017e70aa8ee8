package dev.atrium.bench.server;

import java.nio.file.Path;
import java.util.List;

/** Running peer. It is ready as soon as it accepts connections; a hook runs its garbage collector. */
record PeerServer(int port, ServerProcess process, Runnable collector) implements Server {

    static PeerServer start(Site site, String name, Launch launch, Path directory, int port, List<String> command) {
        ServerProcess process = ServerProcess
                .start(site.pinning().command(launch.processor(), command), directory.toFile(), site.log(name))
                .awaitListening(port);
        return new PeerServer(port, process, () -> {
        });
    }

    PeerServer withCollector(Runnable other) {
        return new PeerServer(port, process, other);
    }

    @Override
    public void collectGarbage() {
        collector.run();
    }
}
