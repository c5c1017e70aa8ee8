package dev.atrium.backplane;

import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.backplane.memory.MemorySettings;
import dev.atrium.backplane.redis.RedisBackplane;
import dev.atrium.room.Node;
import dev.atrium.setting.Require;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** CDI producer of the configured backplane. */
@Singleton
final class BackplaneProducer {

    private static final Duration MIN_DURATION = Duration.ofSeconds(1);
    private static final Duration MAX_DURATION = Duration.ofDays(365);

    @Produces
    @Singleton
    Node node() {
        return Node.create();
    }

    @Produces
    @Singleton
    Backplane backplane(BackplaneConfig config, Node node, Vertx vertx, DedicatedRedis redis,
            @ConfigProperty(name = "quarkus.redis.hosts") Optional<String> hosts,
            @ConfigProperty(name = "quarkus.redis.client-type", defaultValue = "standalone") String clientType,
            @ConfigProperty(name = "quarkus.http.host-enabled") boolean hasListener) {
        // A shorter one would run out between two refreshes.
        Require.between("atrium.room.ttl", config.room().ttl(), Duration.ofSeconds(5), MAX_DURATION);
        Require.between("atrium.resume.window", config.resume().window(), Duration.ZERO, Duration.ofDays(1));
        Require.between("atrium.idempotency.window", config.idempotency().window(), MIN_DURATION, Duration.ofDays(1));
        HistoryPolicy history = new HistoryPolicy(config.history());
        if (config.backplane() == BackplaneConfig.Kind.REDIS) {
            check(config.redis(), hosts, clientType);
        }
        // A process without an HTTP listener stays out of the cluster: other replicas would wait for its replies.
        if (config.backplane() == BackplaneConfig.Kind.MEMORY || !hasListener) {
            return new MemoryBackplane(node, new MemorySettings(config.room().ttl(), history, config.resume().window(),
                    config.idempotency().window(), Clock.systemUTC()));
        }
        return RedisBackplane.start(config, history, node, vertx, redis.client(vertx), redis.database());
    }

    private static void check(BackplaneConfig.RedisSettings redis, Optional<String> hosts, String clientType) {
        // Its plain PUB/SUB reorders, and the client loads scripts on one of its nodes.
        Require.that(!clientType.equals("cluster"), "quarkus.redis.client-type",
                "standalone, sentinel or replication: Redis Cluster is not supported");
        Require.that(hosts.isPresent(), "quarkus.redis.hosts",
                "the address of Redis because of atrium.backplane=redis, for example redis://localhost:6379");
        Require.between("atrium.redis.lease", redis.lease(), Duration.ofSeconds(3), MAX_DURATION);
        Require.between("atrium.redis.log-ttl", redis.logTtl(), MIN_DURATION, MAX_DURATION);
        Require.between("atrium.redis.acknowledge-replicas", redis.acknowledgeReplicas(), 0, 10);
        Require.between("atrium.redis.log-size", redis.logSize(), 0, 1_000_000);
        Require.that(redis.prefix().matches("[\\w:.-]{1,64}"), "atrium.redis.prefix",
                "1 to 64 letters, digits or one of _ : . -");
    }

    /** Closes the backplane before its Redis client is closed, which would look like an outage. */
    void end(@Observes ShutdownEvent shutdown, Backplane backplane) {
        backplane.close();
    }

    void close(@Disposes Backplane backplane) {
        backplane.close();
    }
}
