package dev.atrium.bench.workload;

import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.ClosedLoop;
import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.Message;
import dev.atrium.bench.load.Publishers;
import dev.atrium.bench.load.StartBarrier;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Comparison of this build with another one, or with a peer, under a saturation workload. Both servers run at once on the same
 * processor and are loaded in turns of two seconds, because the speed of a shared machine changes within minutes: runs one
 * after the other would compare the machine with itself.
 */
public record Comparison(Saturation workload, Subject build, Subject other) {

    private static final int ROUNDS = 12;
    /** In turns, too: the first to be loaded would be compiled for a generator that is slow yet, and stay behind by 8 %. */
    private static final int WARM_UP_PARTS = 4;
    private static final int TURN_MILLIS = 2_000;
    /** Time under load before each turn, in which the processor's caches fill again. */
    private static final int SETTLE_MILLIS = 150;

    /**
     * Ratio of the build's work per second of processor time to that of the other one: the median of all rounds, and the
     * quartiles.
     */
    public List<Figure> run(Bench bench) throws InterruptedException {
        try (Server buildServer = build.start(Launch.alone());
                Server otherServer = other.start(Launch.alone());
                ClientPool buildPool = pool(bench, build, buildServer);
                ClientPool otherPool = pool(bench, other, otherServer)) {
            Side first = side(buildServer, buildPool);
            Side second = side(otherServer, otherPool);
            long warmUp = bench.scale().warmUp().toMillis();
            for (int part = 0; part < WARM_UP_PARTS; part++) {
                first.turn(warmUp / WARM_UP_PARTS);
                second.turn(warmUp / WARM_UP_PARTS);
            }
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                ratios.add(round % 2 == 0 ? first.turn(TURN_MILLIS) / second.turn(TURN_MILLIS)
                        : 1 / (second.turn(TURN_MILLIS) / first.turn(TURN_MILLIS)));
            }
            Collections.sort(ratios);
            String unit = "ratio to " + other.name();
            return List.of(new Figure(workload.things(), unit, (ratios.get(ROUNDS / 2 - 1) + ratios.get(ROUNDS / 2)) / 2),
                    new Figure(workload.things() + ", lower quartile", unit, ratios.get(ROUNDS / 4)),
                    new Figure(workload.things() + ", upper quartile", unit, ratios.get(ROUNDS * 3 / 4 - 1)));
        }
    }

    private ClientPool pool(Bench bench, Subject subject, Server server) {
        Dialect dialect = subject.dialect(workload.use()).orElseThrow();
        return new ClientPool(bench.loop(), dialect, workload.plan(), server.port());
    }

    private Side side(Server server, ClientPool pool) throws InterruptedException {
        pool.connectAll();
        Publishers publishers = new Publishers(pool);
        StartBarrier.hold(pool, publishers);
        return new Side(server, pool, publishers, workload.inFlight());
    }

    private record Side(Server server, ClientPool pool, Publishers publishers, int inFlight) {

        /** Work per second of the server's processor time. */
        double turn(long millis) throws InterruptedException {
            ClosedLoop load = new ClosedLoop(pool, publishers, Message.at(0), inFlight);
            load.start();
            TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
            Usage start = Usage.now(server.process());
            long before = load.deliveries();
            TimeUnit.MILLISECONDS.sleep(millis);
            long count = load.deliveries() - before;
            Usage usage = Usage.now(server.process()).since(start);
            load.stop();
            pool.requireWhole();
            return count / usage.serverCpu();
        }
    }
}
