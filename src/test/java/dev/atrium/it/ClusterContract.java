package dev.atrium.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** Contract of every cluster: one replica with its rooms in memory, or several over Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClusterContract {

    private final Cluster cluster;

    ClusterContract(Cluster cluster) {
        this.cluster = cluster;
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    final Cluster cluster() {
        return cluster;
    }

    final Replica here() {
        return cluster.replica(0);
    }

    /** Returns another replica, if there is one. */
    final Replica elsewhere() {
        return cluster.replica(1);
    }
}
