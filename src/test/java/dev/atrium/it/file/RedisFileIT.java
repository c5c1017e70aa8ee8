package dev.atrium.it.file;

import dev.atrium.it.fixture.Cluster;

/** Files in Redis, shared by two replicas. */
class RedisFileIT extends FileContract {

    RedisFileIT() {
        super(Cluster.overRedis(2, SETTINGS));
    }
}
