package dev.atrium.bench;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.load.LoadLoop;
import dev.atrium.bench.report.Results;
import dev.atrium.bench.report.ResultsFile;
import dev.atrium.bench.report.Run;
import dev.atrium.bench.report.Table;
import dev.atrium.bench.server.AtriumSubject;
import dev.atrium.bench.server.BareSubject;
import dev.atrium.bench.server.NchanSubject;
import dev.atrium.bench.server.NettySocketIoSubject;
import dev.atrium.bench.server.NodePackages;
import dev.atrium.bench.server.NodeSubject;
import dev.atrium.bench.server.Pinning;
import dev.atrium.bench.server.ProcFile;
import dev.atrium.bench.server.Site;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.workload.Bench;
import dev.atrium.bench.workload.Comparison;
import dev.atrium.bench.workload.Figure;
import dev.atrium.bench.workload.Saturation;
import dev.atrium.bench.workload.Workload;
import dev.atrium.bench.workload.Workloads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Benchmark of the packaged server and its peers. Subjects alternate: each one runs once, then each one runs again. */
public final class Benchmark {

    /** Maximum number of files that a server or the load generator has open besides its connections. */
    private static final int OTHER_FILES = 500;

    private final Options options;
    private final Site site;
    private final Results results = new Results();

    private Benchmark(Options options, Site site) {
        this.options = options;
        this.site = site;
    }

    /** Runs the benchmark. The options are the system properties that {@code src/bench/README.md} lists. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options = Options.read();
        Path project = Path.of("").toAbsolutePath();
        Site site = new Site(project, project.resolve("target/bench"), options.java(), options.serverOptions(), options.aot(),
                new Pinning());
        new Benchmark(options, site).run();
    }

    private void run() throws IOException, InterruptedException {
        // Before pinning, because a pinned process sees one processor only.
        Map<String, Object> machine = Machine.describe(options, site, Runtime.getRuntime().availableProcessors());
        if (site.pinning().isOn()) {
            site.pinning().pinSelf();
        } else {
            System.out.println("Nothing is pinned: that takes taskset and two processors. Figures will waver.");
        }
        List<Subject> subjects = subjects();
        try (LoadLoop loop = new LoadLoop()) {
            Bench bench = new Bench(loop, options.scale(), site);
            for (Workload workload : Workloads.all(options.scale())) {
                if (Options.isChosen(options.workloads(), workload.name())) {
                    run(bench, workload, subjects);
                }
            }
        }
        Table.print(results, System.out);
        ResultsFile.write(options.output(), machine, results);
        System.out.println();
        System.out.println("Every run is in " + options.output());
    }

    private List<Subject> subjects() {
        NodePackages packages = new NodePackages(site);
        // The baseline runs first and warms up the load generator: a C program needs no warm-up itself.
        List<Subject> subjects = new ArrayList<>(List.of(new BareSubject(site), AtriumSubject.atrium(site),
                AtriumSubject.socketIo(site),
                NodeSubject.ws(site, packages), NodeSubject.socketIo(site, packages), new NettySocketIoSubject(site),
                new NchanSubject(site)));
        subjects.removeIf(one -> !one.name().equals(AtriumSubject.NAME) && !Options.isChosen(options.peers(), one.name()));
        if (options.baseline() != null) {
            subjects.add(AtriumSubject.baseline(site, options.baseline()));
        }
        subjects.removeIf(Benchmark::isMissing);
        return subjects;
    }

    private static boolean isMissing(Subject subject) {
        Optional<String> missing = subject.missing();
        missing.ifPresent(what -> System.out.println(subject.name() + " is left out: " + what));
        return missing.isPresent();
    }

    private void run(Bench bench, Workload workload, List<Subject> subjects) throws InterruptedException {
        List<Comparison> comparisons = comparisons(workload, subjects);
        // A comparison has both servers at once, and their clients in this process.
        long files = (comparisons.isEmpty() ? 1L : 2L) * workload.connections() + OTHER_FILES;
        if (files > ProcFile.openFileLimit()) {
            System.out.printf("%s is left out: it takes %d open files, and ulimit -n allows %d%n",
                    workload.name(), files, ProcFile.openFileLimit());
            return;
        }
        for (int number = 1; number <= options.runs(); number++) {
            for (Comparison comparison : comparisons) {
                collectGarbage();
                record(workload.name(), comparison.build().name(), number, () -> comparison.run(bench));
            }
            for (Subject subject : comparisons.isEmpty() ? subjects : List.<Subject> of()) {
                Optional<Dialect> dialect = subject.dialect(workload.use());
                if (dialect.isPresent()) {
                    collectGarbage();
                    run(bench, workload, subject, dialect.get(), number);
                }
            }
        }
    }

    /** The generator would collect garbage in the middle of each third run, a fifth of a second that is no server's. */
    private static void collectGarbage() {
        System.gc();
    }

    /**
     * Comparisons in turns of this state with another one, or with the peers. None if the workload is not one of saturation.
     */
    private List<Comparison> comparisons(Workload workload, List<Subject> subjects) {
        if (!(options.turns() || options.baseline() != null) || !(workload instanceof Saturation saturation)) {
            return List.of();
        }
        Subject build = subjects.stream().filter(subject -> subject.name().equals(AtriumSubject.NAME)).findFirst()
                .orElseThrow();
        return subjects.stream().filter(subject -> subject != build && subject.dialect(workload.use()).isPresent())
                .map(other -> new Comparison(saturation, build, other)).toList();
    }

    private void run(Bench bench, Workload workload, Subject subject, Dialect dialect, int number)
            throws InterruptedException {
        record(workload.name(), subject.name(), number, () -> workload.run(bench, subject, dialect));
    }

    private interface Measurement {

        List<Figure> run() throws InterruptedException;
    }

    private void record(String workload, String subject, int number, Measurement measurement) throws InterruptedException {
        System.out.printf("%s, run %d, %s: ", workload, number, subject);
        System.out.flush();
        try {
            List<Figure> figures = measurement.run();
            results.add(new Run(workload, subject, number, figures, null));
            Figure first = figures.get(0);
            System.out.printf(Locale.ROOT, "%s %,.2f %s%n", first.name(), first.value(), first.unit());
        } catch (IllegalStateException e) {
            results.add(new Run(workload, subject, number, List.of(), e.getMessage()));
            System.out.println("failed: " + e.getMessage());
        }
    }
}
