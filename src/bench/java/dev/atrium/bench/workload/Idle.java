package dev.atrium.bench.workload;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.RoomPlan;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Memory per idle connection. */
record Idle(int connections) implements Workload {

    private static final int ROOM = 10;
    private static final int SETTLE_MILLIS = 2_000;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public Use use() {
        return Use.ROOMS;
    }

    @Override
    public List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException {
        try (Server server = subject.start(Launch.alone())) {
            // Connects a tenth first, so that class loading and compilation do not count as the cost of connections.
            try (ClientPool first = fleet(bench, dialect, server, connections / 10)) {
                first.connectAll();
            }
            Memory before = Memory.of(server);
            try (ClientPool fleet = fleet(bench, dialect, server, connections)) {
                fleet.connectAll();
                Memory after = Memory.of(server);
                fleet.requireWhole();
                return figures(before, after, fleet.plan().clients());
            }
        }
    }

    private static ClientPool fleet(Bench bench, Dialect dialect, Server server, int clients) {
        return new ClientPool(bench.loop(), dialect, new RoomPlan(Math.max(1, clients / ROOM), ROOM), server.port());
    }

    private static List<Figure> figures(Memory before, Memory after, int clients) {
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure("resident", "KiB per connection", (after.resident - before.resident) / 1024.0 / clients));
        if (after.heap.isPresent()) {
            double heap = after.heap.getAsLong() - before.heap.orElseThrow();
            figures.add(new Figure("heap", "KiB per connection", heap / 1024 / clients));
        }
        return figures;
    }

    private record Memory(long resident, OptionalLong heap) {

        static Memory of(Server server) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
            server.collectGarbage();
            TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
            return new Memory(server.process().residentBytes(), server.heapBytes());
        }
    }
}
