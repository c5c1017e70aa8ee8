package dev.atrium.backplane;

import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.backplane.redis.RedisBackplane;
import dev.atrium.room.Node;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes the backplane that the settings ask for. */
@Singleton
final class BackplaneProducer {

    @Produces
    @Singleton
    Node node() {
        return Node.create();
    }

    @Produces
    @Singleton
    Backplane backplane(BackplaneConfig config, Node node, Vertx vertx, Instance<Redis> redis,
            @ConfigProperty(name = "quarkus.redis.hosts") Optional<String> hosts) {
        require("atrium.room.ttl", config.room().ttl(), Duration.ofSeconds(1));
        if (config.backplane() == BackplaneConfig.Kind.MEMORY) {
            return new MemoryBackplane(config.room().ttl());
        }
        if (hosts.isEmpty()) {
            throw new ConfigurationException("quarkus.redis.hosts: atrium.backplane=redis expects the address of Redis, "
                    + "for example redis://localhost:6379");
        }
        require("atrium.redis.lease", config.redis().lease(), Duration.ofSeconds(1));
        require("atrium.redis.log-ttl", config.redis().logTtl(), Duration.ofSeconds(1));
        if (config.redis().logSize() < 0) {
            throw new ConfigurationException("atrium.redis.log-size: expected 0 or more, got " + config.redis().logSize());
        }
        if (!config.redis().prefix().matches("[\\w:.-]{1,64}")) {
            throw new ConfigurationException("atrium.redis.prefix: expected 1 to 64 letters, digits or one of _ : . -");
        }
        return RedisBackplane.start(config, node, vertx, redis.get());
    }

    void close(@Disposes Backplane backplane) {
        backplane.close();
    }

    private static void require(String setting, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new ConfigurationException(setting + ": expected a duration of at least "
                    + least.toSeconds() + "s, got " + value);
        }
    }
}
