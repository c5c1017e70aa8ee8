package dev.atrium.it;

/** The HTTP side of rooms that two replicas share. */
class RedisHttpIT extends HttpContract {

    RedisHttpIT() {
        super(Cluster.overRedis(2, SETTINGS));
    }
}
