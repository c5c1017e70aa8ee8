package dev.atrium.bench.workload;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.Publishers;
import dev.atrium.bench.load.RoomPlan;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Pinning;
import dev.atrium.bench.server.RedisServer;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.util.ArrayList;
import java.util.List;

/**
 * Fan-out over two replicas: one client publishes on one replica, and all members are on another one, which is measured. Redis
 * is between them.
 */
record Replicas(Saturation fanOut, Saturation pipelined, Paced latency) implements Workload {

    @Override
    public String name() {
        return "replicas";
    }

    @Override
    public Use use() {
        return Use.REPLICAS;
    }

    @Override
    public int connections() {
        return fanOut.connections();
    }

    @Override
    public List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException {
        try (RedisServer redis = RedisServer.start(bench.site());
                Server far = subject.start(Launch.replica(Pinning.REST, redis.port()));
                Server measured = subject.start(Launch.replica(Pinning.SERVER, redis.port()));
                ClientPool publisher = new ClientPool(bench.loop(), dialect, new RoomPlan(1, 1), far.port());
                ClientPool members = new ClientPool(bench.loop(), dialect, fanOut.plan(), measured.port())) {
            publisher.connectAll();
            members.connectAll();
            Publishers publishers = new Publishers(publisher);
            List<Figure> figures = new ArrayList<>();
            figures.addAll(named("fan-out: ", fanOut.measure(bench, measured, members, publishers)));
            figures.addAll(named("32 in flight: ", pipelined.measure(bench, measured, members, publishers)));
            figures.addAll(named("latency: ", latency.measure(bench, measured, members, publishers)));
            return figures;
        }
    }

    private static List<Figure> named(String prefix, List<Figure> figures) {
        return figures.stream().map(one -> new Figure(prefix + one.name(), one.unit(), one.value())).toList();
    }
}
