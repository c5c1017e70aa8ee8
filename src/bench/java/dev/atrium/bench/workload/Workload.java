package dev.atrium.bench.workload;

import dev.atrium.bench.load.Dialect;
import dev.atrium.bench.server.Subject;
import dev.atrium.bench.server.Use;
import java.util.List;

/** One thing that a room server is good or bad at. */
public interface Workload {

    String name();

    /** What a server must be able to do to take part. */
    Use use();

    /** Connections that are open at once. */
    int connections();

    /** Starts a fresh server, loads it and stops it again. */
    List<Figure> run(Bench bench, Subject subject, Dialect dialect) throws InterruptedException;
}
