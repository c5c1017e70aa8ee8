package dev.atrium.bench.workload;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.StartBarrier;
import dev.atrium.bench.load.PacedLoop;
import dev.atrium.bench.load.Publishers;
import dev.atrium.bench.load.RoomPlan;
import dev.atrium.bench.load.ResumeTokens;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Pinning;
import dev.atrium.bench.server.RedisServer;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Failover: a replica is killed, and all its sessions resume at once on another one, which has active members of its own. */
record Resume(int sessions, RoomPlan live, int messagesPerSecond) implements Workload {

    private static final int ROOM = 10;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Time in which the live room is measured while the sessions resume. */
    private static final Duration WINDOW = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "resume";
    }

    @Override
    public Use use() {
        return Use.RESUME;
    }

    @Override
    public int connections() {
        return sessions + live.clients();
    }

    @Override
    public List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException {
        List<Figure> figures = new ArrayList<>();
        try (RedisServer redis = RedisServer.start(bench.site());
                Server survivor = subject.start(Launch.replica(Pinning.SERVER, redis.port()));
                ClientPool members = new ClientPool(bench.loop(), dialect, live, survivor.port())) {
            members.connectAll();
            Publishers publishers = new Publishers(members);
            StartBarrier.hold(members, publishers);
            for (String name : List.of("cold", "warm")) {
                try (Server doomed = subject.start(Launch.replica(Pinning.REST, redis.port()))) {
                    figures.addAll(rescue(name, bench, members, publishers, doomed, survivor));
                }
            }
        }
        return figures;
    }

    private List<Figure> rescue(String name, Bench bench, ClientPool members, Publishers publishers, Server doomed,
            Server survivor) throws InterruptedException {
        RoomPlan plan = new RoomPlan(Math.max(1, sessions / ROOM), ROOM);
        ResumeTokens tokens = new ResumeTokens(plan.clients());
        try (ClientPool before = new ClientPool(bench.loop(), tokens.issuing(), plan, doomed.port());
                ClientPool after = new ClientPool(bench.loop(), tokens.redeeming(), plan, survivor.port())) {
            before.connectAll();
            Histogram calm = new Window(bench.scale().warmUp(), bench.scale().measured()).measure(members, publishers, () -> {
            });
            doomed.close();
            long[] nanos = new long[1];
            Histogram busy = new Window(Duration.ZERO, WINDOW).measure(members, publishers, () -> {
                long start = System.nanoTime();
                if (!after.connect(sessions, LIMIT)) {
                    throw new IllegalStateException(after.joinedCount() + " of " + plan.clients() + " resumed");
                }
                nanos[0] = System.nanoTime() - start;
            });
            after.requireWhole();
            return List.of(
                    new Figure("until all have resumed, " + name, "s", nanos[0] / 1e9),
                    Paced.latency("p99 of others before, " + name, calm, 99),
                    Paced.latency("p50 of others meanwhile, " + name, busy, 50),
                    Paced.latency("p99 of others meanwhile, " + name, busy, 99));
        }
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    /** Time window in which the latency in the live room is measured. */
    private final class Window {

        private final Duration warmUp;
        private final Duration measured;

        Window(Duration warmUp, Duration measured) {
            this.warmUp = warmUp;
            this.measured = measured;
        }

        Histogram measure(ClientPool members, Publishers publishers, Step meanwhile) throws InterruptedException {
            PacedLoop load = new PacedLoop(members, publishers, messagesPerSecond);
            long end = System.nanoTime() + warmUp.plus(measured).toNanos();
            load.start(warmUp, measured);
            meanwhile.run();
            TimeUnit.NANOSECONDS.sleep(Math.max(0, end - System.nanoTime()));
            return load.finish();
        }
    }
}
