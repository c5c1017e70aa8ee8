package dev.atrium.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The HTTP side of rooms in memory. */
class MemoryHttpIT extends HttpContract {

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
