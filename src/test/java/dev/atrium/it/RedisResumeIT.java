package dev.atrium.it;

/** Resuming on another replica, over Redis. */
class RedisResumeIT extends ResumeContract {

    RedisResumeIT() {
        super(Cluster.overRedis(2, SETTINGS));
    }
}
