package dev.atrium.bench.server;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.PlainDialect;
import dev.atrium.bench.load.SessionDialect;
import dev.atrium.bench.load.SocketIoDialect;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Server that is a Node script. */
public final class NodeSubject implements Subject {

    private final Site site;
    private final NodePackages packages;
    private final String name;
    private final String script;
    private final Map<Use, Dialect> dialects;

    private NodeSubject(Site site, NodePackages packages, String name, String script, Map<Use, Dialect> dialects) {
        this.site = site;
        this.packages = packages;
        this.name = name;
        this.script = script;
        this.dialects = dialects;
    }

    public static NodeSubject ws(Site site, NodePackages packages) {
        return new NodeSubject(site, packages, "ws", "ws-server.mjs", Map.of(
                Use.ROOMS, PlainDialect.rooms(), Use.ECHO, PlainDialect.echo(), Use.JOIN, new SessionDialect(false)));
    }

    public static NodeSubject socketIo(Site site, NodePackages packages) {
        Dialect rooms = SocketIoDialect.rooms();
        return new NodeSubject(site, packages, "socketio", "socketio-server.mjs", Map.of(
                Use.ROOMS, rooms, Use.ECHO, SocketIoDialect.echo(), Use.JOIN, rooms, Use.REPLICAS, rooms));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> missing() {
        return packages.missing();
    }

    @Override
    public Optional<Dialect> dialect(Use use) {
        return Optional.ofNullable(dialects.get(use));
    }

    @Override
    public Server start(Launch launch) {
        int port = FreePort.find();
        List<String> command = new ArrayList<>(List.of(
                Executables.find("node").orElseThrow(), "--expose-gc", script, Integer.toString(port)));
        launch.redisPort().ifPresent(redis -> command.add(Integer.toString(redis)));
        PeerServer server = PeerServer.start(site, name, launch, site.peers(), port, command);
        return server.withCollector(() -> signal(server.process().pid()));
    }

    /** Sends the signal on which the scripts run their garbage collector. */
    private static void signal(long pid) {
        try {
            new ProcessBuilder("kill", "-USR2", Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
