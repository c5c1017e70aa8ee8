package dev.atrium.bench.server;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.HistoryDialect;
import dev.atrium.bench.load.PlainDialect;
import dev.atrium.bench.load.SessionDialect;
import dev.atrium.bench.load.SocketIoDialect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Packaged server of this project, measured over one of its protocols. */
public final class AtriumSubject implements Subject {

    public static final String NAME = "atrium";
    public static final String BASELINE = "baseline";
    private static final String PROGRAM = "target/quarkus-app/quarkus-run.jar";

    private final Site site;
    private final String name;
    private final boolean socketIo;
    private final Path program;
    private Path aotCache;

    private AtriumSubject(Site site, String name, boolean socketIo, Path project) {
        this.site = site;
        this.name = name;
        this.socketIo = socketIo;
        this.program = project.resolve(PROGRAM);
    }

    /** Measured over its own protocols: plain sockets and the session protocol. */
    public static AtriumSubject atrium(Site site) {
        return new AtriumSubject(site, NAME, false, site.project());
    }

    /** Measured over Socket.IO. */
    public static AtriumSubject socketIo(Site site) {
        return new AtriumSubject(site, NAME + "-socketio", true, site.project());
    }

    /** Another state of this project, which is packaged in its own checkout. */
    public static AtriumSubject baseline(Site site, Path project) {
        return new AtriumSubject(site, BASELINE, false, project);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> missing() {
        return Files.exists(program) ? Optional.empty() : Optional.of("not packaged: no " + program);
    }

    @Override
    public Optional<Dialect> dialect(Use use) {
        if (socketIo) {
            return switch (use) {
                case ROOMS, REPLICAS -> Optional.of(SocketIoDialect.rooms());
                default -> Optional.empty();
            };
        }
        return Optional.of(switch (use) {
            case ROOMS, REPLICAS, RESUME -> PlainDialect.rooms();
            case ECHO -> PlainDialect.echo();
            case PRESENCE -> new SessionDialect(true);
            case HISTORY -> new HistoryDialect(100);
            case JOIN, FILES -> new SessionDialect(false);
        });
    }

    @Override
    public Server start(Launch launch) {
        if (site.aot() && aotCache == null) {
            aotCache = train(site.work().resolve(name + ".aot"));
        }
        return start(launch, aotCache == null ? List.of() : List.of("-XX:AOTCache=" + aotCache));
    }

    /** Trains the AOT cache as operations.md describes: starts, warms up and stops the server. */
    private Path train(Path cache) {
        start(Launch.alone(), List.of("-XX:AOTCacheOutput=" + cache)).process().end();
        return cache;
    }

    private Replica start(Launch launch, List<String> aotOptions) {
        int port = FreePort.find();
        int managementPort = FreePort.find();
        ManagementPort management = new ManagementPort(managementPort);
        ServerProcess process = ServerProcess
                .start(site.pinning().command(launch.processor(), command(launch, port, managementPort, aotOptions)),
                        site.project().toFile(), site.log(name))
                .await(management::isReady);
        return new Replica(port, process, management, site.java());
    }

    private List<String> command(Launch launch, int port, int managementPort, List<String> aotOptions) {
        List<String> command = new ArrayList<>(List.of(site.java()));
        if (site.pinning().isOn()) {
            // The default is two event loops per processor; on a single processor they would only preempt each other.
            command.add("-Dquarkus.vertx.event-loops-pool-size=1");
        }
        command.add("-Dquarkus.http.host=127.0.0.1");
        command.add("-Dquarkus.http.port=" + port);
        command.add("-Dquarkus.management.host=127.0.0.1");
        command.add("-Dquarkus.management.port=" + managementPort);
        // No limits: the clients publish as fast as they can, and would be refused.
        for (String limit : List.of("messages", "bytes", "handshakes")) {
            command.add("-Datrium.limits." + limit + "=0");
        }
        command.add("-Datrium.admission.max-handshakes=0");
        command.add("-Datrium.admission.max-lag=0s");
        command.add("-Datrium.drain.delay=0s");
        command.add("-Datrium.drain.window=0s");
        command.add("-Datrium.file.directory=" + site.work().resolve("files"));
        command.add("-Datrium.file.max-size=16G");
        launch.redisPort().ifPresent(redis -> {
            command.add("-Datrium.backplane=redis");
            command.add("-Dquarkus.redis.hosts=redis://127.0.0.1:" + redis);
        });
        if (!site.serverOptions().isBlank()) {
            command.addAll(List.of(site.serverOptions().trim().split("\\s+")));
        }
        command.addAll(aotOptions);
        command.addAll(List.of("-jar", program.toString()));
        return command;
    }

    private record Replica(int port, ServerProcess process, ManagementPort management, String java) implements Server {

        @Override
        public void collectGarbage() {
            JavaCommand.collectGarbage(java, process.pid());
        }

        @Override
        public OptionalLong heapBytes() {
            return OptionalLong.of(management.heapBytes());
        }
    }
}
