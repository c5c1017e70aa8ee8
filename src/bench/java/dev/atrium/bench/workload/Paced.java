package dev.atrium.bench.workload;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.StartBarrier;
import dev.atrium.bench.load.PacedLoop;
import dev.atrium.bench.load.Publishers;
import dev.atrium.bench.load.RoomPlan;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Latency at a fixed rate of messages, from the scheduled send time to the delivery to each member. */
record Paced(String name, RoomPlan plan, int messagesPerSecond) implements Workload {

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
                ClientPool fleet = new ClientPool(bench.loop(), dialect, plan, server.port())) {
            fleet.connectAll();
            Publishers publishers = new Publishers(fleet);
            StartBarrier.hold(fleet, publishers);
            return measure(bench, server, fleet, publishers);
        }
    }

    /** Measures, once all members are in their rooms. */
    List<Figure> measure(Bench bench, Server server, ClientPool members, Publishers publishers) throws InterruptedException {
        PacedLoop load = new PacedLoop(members, publishers, messagesPerSecond);
        Duration warmUp = bench.scale().warmUp();
        load.start(warmUp, bench.scale().measured());
        TimeUnit.MILLISECONDS.sleep(warmUp.toMillis());
        Usage start = Usage.now(server.process());
        long before = load.deliveries();
        TimeUnit.MILLISECONDS.sleep(bench.scale().measured().toMillis());
        long count = load.deliveries() - before;
        Usage usage = Usage.now(server.process()).since(start);
        List<Figure> figures = new ArrayList<>(latencies(load.finish()));
        members.requireWhole();
        figures.add(Figure.perCpuSecond("deliveries", count, usage));
        figures.add(Figure.serverLoad(usage));
        figures.add(Figure.generatorLoad(usage));
        return figures;
    }

    private static List<Figure> latencies(Histogram micros) {
        return List.of(latency("p50", micros, 50), latency("p99", micros, 99), latency("p99.9", micros, 99.9));
    }

    static Figure latency(String name, Histogram micros, double percentile) {
        return new Figure(name, "ms", micros.getValueAtPercentile(percentile) / 1000.0);
    }
}
