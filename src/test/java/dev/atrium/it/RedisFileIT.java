package dev.atrium.it;

/** Files in Redis, shared by two replicas. */
class RedisFileIT extends FileContract {

    RedisFileIT() {
        super(Cluster.overRedis(2, SETTINGS));
    }
}
