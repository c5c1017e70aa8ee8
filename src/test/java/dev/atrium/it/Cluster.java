package dev.atrium.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Replicas that share rooms: one with its rooms in memory, or several with their own Redis. */
public final class Cluster implements AutoCloseable {

    private final RedisProcess redis;
    private final Map<String, String> settings;
    private final List<Replica> replicas = new ArrayList<>();

    private Cluster(RedisProcess redis, Map<String, String> settings) {
        this.redis = redis;
        this.settings = new HashMap<>(settings);
    }

    /** Starts one replica; {@link #replica} returns it for every number. */
    public static Cluster inMemory(Map<String, String> settings) {
        Cluster cluster = new Cluster(null, settings);
        cluster.replicas.add(Replica.start(cluster.settings));
        return cluster;
    }

    /** Starts several replicas over a Redis that keeps its data across restarts. */
    public static Cluster overRedis(int replicas, Map<String, String> settings) {
        Cluster cluster = new Cluster(RedisProcess.startDurable(), settings);
        cluster.settings.put("atrium.backplane", "redis");
        cluster.settings.put("quarkus.redis.hosts", cluster.redis.url());
        for (int i = 0; i < replicas; i++) {
            cluster.replicas.add(Replica.start(cluster.settings));
        }
        return cluster;
    }

    /** Returns a replica by its number, modulo the number of replicas. */
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

    /** Kills a replica. */
    public void kill(int number) {
        replica(number).kill();
    }

    /** Starts a new replica in place of one that was killed. */
    public void restart(int number) {
        replicas.set(number % replicas.size(), Replica.start(settings));
    }

    /** Starts a new replica on the port of the one that was killed, so that its clients reconnect to it. */
    public void restartOnItsPort(int number) {
        replicas.set(number % replicas.size(), Replica.start(onPortOf(number)));
    }

    /** Starts a new replica at low priority, so that it takes no processor time from the others while it starts. */
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
