package dev.atrium.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The HTTP side of rooms that two replicas share. */
class RedisHttpIT extends HttpContract {

    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.overRedis(2, SETTINGS);
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
