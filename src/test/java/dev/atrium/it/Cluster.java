package dev.atrium.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Replicas that share rooms: one with its rooms in memory, or some over a Redis of their own. */
public final class Cluster implements AutoCloseable {

    private final RedisProcess redis;
    private final Map<String, String> settings;
    private final List<Replica> replicas = new ArrayList<>();

    private Cluster(RedisProcess redis, Map<String, String> settings) {
        this.redis = redis;
        this.settings = new HashMap<>(settings);
    }

    /** One replica, which is both here and elsewhere. */
    public static Cluster inMemory(Map<String, String> settings) {
        Cluster cluster = new Cluster(null, settings);
        cluster.replicas.add(Replica.start(cluster.settings));
        return cluster;
    }

    /** As many as asked for, over a Redis that remembers across restarts. */
    public static Cluster overRedis(int replicas, Map<String, String> settings) {
        Cluster cluster = new Cluster(RedisProcess.startDurable(), settings);
        cluster.settings.put("atrium.backplane", "redis");
        cluster.settings.put("quarkus.redis.hosts", cluster.redis.url());
        for (int i = 0; i < replicas; i++) {
            cluster.replicas.add(Replica.start(cluster.settings));
        }
        return cluster;
    }

    /** The replica of that number; numbers beyond the last begin again. */
    public Replica replica(int number) {
        return replicas.get(number % replicas.size());
    }

    public int size() {
        return replicas.size();
    }

    public boolean isInMemory() {
        return redis == null;
    }

    public RedisProcess redis() {
        return redis;
    }

    /** Ends a replica without a word. */
    public void kill(int number) {
        replica(number).kill();
    }

    /** Puts a new replica into the place of one that was killed. */
    public void restart(int number) {
        replicas.set(number % replicas.size(), Replica.start(settings));
    }

    /** The same on the port of the one that is gone, so that its clients find it again. */
    public void restartOnItsPort(int number) {
        replicas.set(number % replicas.size(), Replica.start(onPortOf(number)));
    }

    /** The same, and it takes no processor from the others while it starts. */
    public void restartAside(int number) {
        replicas.set(number % replicas.size(), Replica.startAside(onPortOf(number)));
    }

    private Map<String, String> onPortOf(int number) {
        Map<String, String> samePort = new HashMap<>(settings);
        samePort.put("quarkus.http.port", Integer.toString(replica(number).port()));
        return samePort;
    }

    @Override
    public void close() {
        replicas.forEach(Replica::close);
        if (redis != null) {
            redis.close();
        }
    }
}
