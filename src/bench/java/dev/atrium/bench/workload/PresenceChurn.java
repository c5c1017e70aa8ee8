package dev.atrium.bench.workload;

import dev.atrium.bench.load.Churn;
import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.RoomPlan;
import dev.atrium.bench.load.SessionDialect;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Presence: all members of a room watch it, while others join and leave it. */
record PresenceChurn(int members, int movers, int changesPerSecond) implements Workload {

    private static final Duration STRAGGLERS = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "presence-churn";
    }

    @Override
    public Use use() {
        return Use.PRESENCE;
    }

    @Override
    public int connections() {
        return members + movers;
    }

    @Override
    public List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException {
        try (Server server = subject.start(Launch.alone());
                ClientPool moving = new ClientPool(bench.loop(), new SessionDialect(false), new RoomPlan(1, movers),
                        server.port());
                ClientPool watching = new ClientPool(bench.loop(), dialect, new RoomPlan(1, members), server.port())) {
            moving.connectAll();
            watching.connectAll();
            Churn churn = new Churn(watching, moving, changesPerSecond);
            churn.start();
            TimeUnit.MILLISECONDS.sleep(bench.scale().warmUp().toMillis());
            Usage start = Usage.now(server.process());
            long before = churn.events();
            TimeUnit.MILLISECONDS.sleep(bench.scale().measured().toMillis());
            long events = churn.events() - before;
            Usage usage = Usage.now(server.process()).since(start);
            churn.stop();
            requireAll(churn);
            watching.requireWhole();
            return List.of(Figure.perCpuSecond("events", events, usage), Figure.perSecond("events", events, usage),
                    Figure.serverLoad(usage), Figure.generatorLoad(usage));
        }
    }

    /** @throws IllegalStateException if a watcher was not told of each join and leave */
    private void requireAll(Churn churn) throws InterruptedException {
        long end = System.nanoTime() + STRAGGLERS.toNanos();
        // The joins of the watchers themselves come on top.
        while (churn.events() < churn.changes() * members && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        if (churn.events() < churn.changes() * members) {
            throw new IllegalStateException(churn.events() + " events of " + churn.changes() * members);
        }
    }
}
