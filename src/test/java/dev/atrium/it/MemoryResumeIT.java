package dev.atrium.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Resuming where rooms are in memory. */
class MemoryResumeIT extends ResumeContract {

    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.inMemory(SETTINGS);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Override
    Cluster cluster() {
        return cluster;
    }
}
