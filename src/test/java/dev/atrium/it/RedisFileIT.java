package dev.atrium.it;

/** Files in Redis, which two replicas share. */
class RedisFileIT extends FileContract {

    RedisFileIT() {
        super(Cluster.overRedis(2, SETTINGS));
    }
}
