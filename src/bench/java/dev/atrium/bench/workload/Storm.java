package dev.atrium.bench.workload;

import dev.atrium.bench.load.Client;
import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.ClientPoolListener;
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

/** Connection storm: all clients connect at once, to a server that has just started, then twice more to the same server. */
record Storm(int connections) implements Workload {

    private static final int ROOM = 10;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int PAUSE_MILLIS = 2_000;

    /**
     * Maximum number of handshakes in flight. The kernel's accept queue holds 4,096; a client beyond that would retry only
     * after a second, whatever the server does. Clients that wait here are timed from the beginning of the storm all the same.
     */
    private static final int WINDOW = 4_000;

    @Override
    public String name() {
        return "storm";
    }

    @Override
    public Use use() {
        return Use.JOIN;
    }

    @Override
    public List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException {
        List<Figure> figures = new ArrayList<>();
        try (Server server = subject.start(Launch.alone())) {
            for (String name : List.of("cold", "warm, 2nd", "warm, 3rd")) {
                RoomPlan plan = new RoomPlan(Math.max(1, connections / ROOM), ROOM);
                try (ClientPool fleet = new ClientPool(bench.loop(), dialect, plan, server.port())) {
                    figures.addAll(rush(name, fleet, server));
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
        return figures;
    }

    private static List<Figure> rush(String name, ClientPool fleet, Server server) throws InterruptedException {
        JoinTimes times = new JoinTimes();
        fleet.listenTo(times);
        Usage start = Usage.now(server.process());
        times.start = System.nanoTime();
        if (!fleet.connect(WINDOW, LIMIT)) {
            throw new IllegalStateException(name + ": " + fleet.joinedCount() + " of " + fleet.plan().clients() + " joined");
        }
        Usage usage = Usage.now(server.process()).since(start);
        Histogram micros = fleet.loop().call(times.micros::copy);
        double seconds = micros.getMaxValue() / 1e6;
        return List.of(
                new Figure("joins, " + name, "per s", fleet.plan().clients() / seconds),
                Figure.perCpuSecond("joins, " + name, fleet.plan().clients(), usage),
                Paced.latency("p99 to joined, " + name, micros, 99));
    }

    /** Times to join, from the beginning of the storm, when all clients want to connect. */
    private static final class JoinTimes implements ClientPoolListener {

        private final Histogram micros = new Histogram(TimeUnit.MINUTES.toMicros(2), 3);
        private volatile long start;

        @Override
        public void joined(Client client) {
            micros.recordValue((System.nanoTime() - start) / 1000);
        }
    }
}
