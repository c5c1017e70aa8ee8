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
 * Comparison of two builds under a saturation workload. Both servers run at once on the same processor and are loaded in turns
 * of one second, because the speed of a shared machine changes within minutes: runs one after the other would compare the
 * machine with itself.
 */
public record Comparison(Saturation workload, Subject build, Subject baseline) {

    private static final int ROUNDS = 12;
    private static final int TURN_MILLIS = 1_000;
    /** Time under load before each turn, in which the processor's caches fill again. */
    private static final int SETTLE_MILLIS = 150;

    /** Ratio of the build's work per second of processor time to that of the baseline: the median of all rounds. */
    public Figure run(Bench bench) throws InterruptedException {
        Dialect dialect = build.dialect(workload.use()).orElseThrow();
        try (Server newServer = build.start(Launch.alone());
                Server oldServer = baseline.start(Launch.alone());
                ClientPool newPool = new ClientPool(bench.loop(), dialect, workload.plan(), newServer.port());
                ClientPool oldPool = new ClientPool(bench.loop(), dialect, workload.plan(), oldServer.port())) {
            Side first = side(newServer, newPool);
            Side second = side(oldServer, oldPool);
            long warmUp = bench.scale().warmUp().toMillis();
            first.turn(warmUp);
            second.turn(warmUp);
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                ratios.add(round % 2 == 0 ? first.turn(TURN_MILLIS) / second.turn(TURN_MILLIS)
                        : 1 / (second.turn(TURN_MILLIS) / first.turn(TURN_MILLIS)));
            }
            Collections.sort(ratios);
            return new Figure(workload.things(), "ratio to the baseline",
                    (ratios.get(ROUNDS / 2 - 1) + ratios.get(ROUNDS / 2)) / 2);
        }
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
