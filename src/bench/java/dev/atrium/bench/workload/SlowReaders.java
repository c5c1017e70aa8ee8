package dev.atrium.bench.workload;

import dev.atrium.bench.load.ClosedLoop;
import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.Message;
import dev.atrium.bench.load.StartBarrier;
import dev.atrium.bench.load.PacedLoop;
import dev.atrium.bench.load.Publishers;
import dev.atrium.bench.load.RoomPlan;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Latency of the members that read, before and after one member in a hundred stops reading.
 *
 * <p>
 * Messages of a hundred bytes would fit into the kernel's buffers for hours. Therefore the kernel buffers of the slow clients
 * are small, and both halves begin with a flood of large messages, more than a send queue should hold.
 */
record SlowReaders(RoomPlan plan, int messagesPerSecond) implements Workload {

    private static final int ONE_IN = 100;
    private static final int FLOOD_MESSAGE = 16 * 1024;
    private static final int FLOOD_MESSAGES = 128;
    private static final Duration FLOOD_LIMIT = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "slow-readers";
    }

    @Override
    public Use use() {
        return Use.ROOMS;
    }

    @Override
    public int connections() {
        return plan.clients();
    }

    @Override
    public List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException {
        try (Server server = subject.start(Launch.alone());
                ClientPool fleet = new ClientPool(bench.loop(), dialect, plan, server.port(), SlowReaders::isSlow)) {
            fleet.connectAll();
            Publishers publishers = new Publishers(fleet);
            StartBarrier.hold(fleet, publishers);
            Half all = half(bench, server, fleet, publishers);
            fleet.requireWhole();
            fleet.stall();
            Half some = half(bench, server, fleet, publishers);
            return List.of(
                    Paced.latency("p99, all read", all.micros, 99),
                    Paced.latency("p99, 1% stalled", some.micros, 99),
                    new Figure("resident, all read", "MiB", all.resident),
                    new Figure("resident, 1% stalled", "MiB", some.resident),
                    new Figure("stalled and closed by the server", "connections", all.sockets - some.sockets));
        }
    }

    private static boolean isSlow(int client) {
        return client % ONE_IN == ONE_IN - 1;
    }

    /**
     * Figures of one half. Sockets are counted at the server: a client that does not read does not notice that it was closed.
     */
    private record Half(Histogram micros, double resident, long sockets) {
    }

    private Half half(Bench bench, Server server, ClientPool fleet, Publishers publishers) throws InterruptedException {
        flood(fleet, publishers);
        PacedLoop load = new PacedLoop(fleet, publishers, messagesPerSecond);
        load.start(bench.scale().warmUp(), bench.scale().measured());
        TimeUnit.MILLISECONDS.sleep(bench.scale().warmUp().plus(bench.scale().measured()).toMillis());
        Histogram micros = load.finish();
        server.collectGarbage();
        return new Half(micros, server.process().residentBytes() / 1024.0 / 1024, server.process().sockets());
    }

    private static void flood(ClientPool fleet, Publishers publishers) throws InterruptedException {
        ClosedLoop flood = new ClosedLoop(fleet, publishers, Message.ofLength(FLOOD_MESSAGE), 1);
        flood.start();
        long end = System.nanoTime() + FLOOD_LIMIT.toNanos();
        while (flood.deliveries() < (long) FLOOD_MESSAGES * fleet.hearers()[0]) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the flood did not come through");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        flood.stop();
    }
}
