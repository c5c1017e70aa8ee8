package dev.atrium.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Resuming on another replica, over Redis. */
class RedisResumeIT extends ResumeContract {

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
