package dev.atrium.bench.workload;

import dev.atrium.bench.load.ClientPool;
import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.HistoryDialect;
import dev.atrium.bench.load.HistoryReads;
import dev.atrium.bench.load.RoomPlan;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reading the history: each client reads the newest hundred messages of one room, again and again. */
record HistoryRead(int connections) implements Workload {

    @Override
    public String name() {
        return "history-read";
    }

    @Override
    public Use use() {
        return Use.HISTORY;
    }

    @Override
    public List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException {
        try (Server server = subject.start(Launch.alone());
                ClientPool readers = new ClientPool(bench.loop(), dialect, new RoomPlan(1, connections), server.port())) {
            readers.connectAll();
            HistoryReads reads = new HistoryReads(readers, (HistoryDialect) dialect);
            reads.start();
            TimeUnit.MILLISECONDS.sleep(bench.scale().warmUp().toMillis());
            Usage start = Usage.now(server.process());
            long before = reads.pages();
            TimeUnit.MILLISECONDS.sleep(bench.scale().measured().toMillis());
            long pages = reads.pages() - before;
            Usage usage = Usage.now(server.process()).since(start);
            readers.requireWhole();
            return List.of(Figure.perCpuSecond("pages", pages, usage), Figure.perSecond("pages", pages, usage),
                    Figure.serverLoad(usage), Figure.generatorLoad(usage));
        }
    }
}
