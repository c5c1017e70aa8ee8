package dev.atrium.bench.workload;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.util.List;

/** One measurement of a room server. */
public interface Workload {

    String name();

    /** Feature that a server needs for this workload. */
    Use use();

    /** Maximum number of connections that are open at once. */
    int connections();

    /** Starts a fresh server, puts the load on it and stops it. */
    List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException;
}
