package dev.atrium.bench.workload;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.FileSender;
import dev.atrium.bench.server.Launch;
import dev.atrium.bench.server.Server;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Upload of a large file over one connection.
 *
 * @param mebibytes size of the file
 */
record Upload(int mebibytes) implements Workload {

    private static final long MEBIBYTE = 1 << 20;
    private static final int SAMPLE_MILLIS = 50;

    @Override
    public String name() {
        return "upload";
    }

    @Override
    public Use use() {
        return Use.FILES;
    }

    @Override
    public int connections() {
        return 1;
    }

    @Override
    public List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException {
        try (Server server = subject.start(Launch.alone()); FileSender sender = FileSender.connect(server.port())) {
            // Uploads a small file first, so that buffer allocation and compilation do not count as the cost of size.
            sender.send("warm-up", Math.max(1, mebibytes / 8) * MEBIBYTE);
            long before = server.process().residentBytes();
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong most = new AtomicLong(before);
            Thread watch = new Thread(() -> watch(server, over, most));
            watch.start();
            long began = System.nanoTime();
            sender.send("large", mebibytes * MEBIBYTE);
            double seconds = (System.nanoTime() - began) / 1e9;
            over.set(true);
            watch.join();
            return List.of(new Figure("upload", "MiB per s", mebibytes / seconds),
                    new Figure("resident before", "MiB", (double) before / MEBIBYTE),
                    new Figure("resident growth, at most", "MiB", (double) (most.get() - before) / MEBIBYTE));
        }
    }

    private static void watch(Server server, AtomicBoolean over, AtomicLong most) {
        try {
            while (!over.get()) {
                most.accumulateAndGet(server.process().residentBytes(), Math::max);
                TimeUnit.MILLISECONDS.sleep(SAMPLE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
