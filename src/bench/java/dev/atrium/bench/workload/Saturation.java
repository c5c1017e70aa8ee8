package dev.atrium.bench.workload;

import dev.atrium.bench.load.ClosedLoop;
import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.Message;
import dev.atrium.bench.load.StartBarrier;
import dev.atrium.bench.load.Publishers;
import dev.atrium.bench.load.RoomPlan;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Maximum throughput: each room has a fixed number of messages in flight. */
public record Saturation(String name, Use use, RoomPlan plan, int inFlight, String things) implements Workload {

    @Override
    public int connections() {
        return plan.clients();
    }

    @Override
    public List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException {
        try (Server server = subject.start(Launch.alone());
                ClientPool fleet = new ClientPool(bench.loop(), dialect, plan, server.port())) {
            fleet.connectAll();
            return measure(bench, server, fleet, new Publishers(fleet));
        }
    }

    /** Measures, once all clients are connected. */
    List<Figure> measure(Bench bench, Server server, ClientPool members, Publishers publishers) throws InterruptedException {
        StartBarrier.hold(members, publishers);
        ClosedLoop load = new ClosedLoop(members, publishers, Message.at(0), inFlight);
        load.start();
        TimeUnit.MILLISECONDS.sleep(bench.scale().warmUp().toMillis());
        Usage start = Usage.now(server.process());
        long before = load.deliveries();
        TimeUnit.MILLISECONDS.sleep(bench.scale().measured().toMillis());
        long count = load.deliveries() - before;
        Usage usage = Usage.now(server.process()).since(start);
        load.stop();
        members.requireWhole();
        if (count == 0) {
            throw new IllegalStateException("nothing was delivered");
        }
        return List.of(Figure.perCpuSecond(things, count, usage), Figure.perSecond(things, count, usage),
                Figure.serverLoad(usage), Figure.generatorLoad(usage));
    }
}
