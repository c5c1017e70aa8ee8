package dev.atrium.bench.server;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.SocketIoDialect;
import java.util.List;
import java.util.Optional;

/** netty-socketio from Maven Central, in its own JVM. */
public final class NettySocketIoSubject implements Subject {

    private static final String NAME = "netty-socketio";

    private final Site site;

    public NettySocketIoSubject(Site site) {
        this.site = site;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> missing() {
        return Optional.empty();
    }

    @Override
    public Optional<Dialect> dialect(Use use) {
        return Optional.ofNullable(switch (use) {
            case ROOMS, JOIN -> SocketIoDialect.rooms();
            case ECHO -> SocketIoDialect.echo();
            case REPLICAS, RESUME, PRESENCE, HISTORY, FILES -> null;
        });
    }

    @Override
    public Server start(Launch launch) {
        int port = FreePort.find();
        List<String> command = List.of(site.java(), "-cp", System.getProperty("java.class.path"),
                NettySocketIoServer.class.getName(), Integer.toString(port));
        PeerServer server = PeerServer.start(site, NAME, launch, site.project(), port, command);
        return server.withCollector(() -> JavaCommand.collectGarbage(site.java(), server.process().pid()));
    }
}
