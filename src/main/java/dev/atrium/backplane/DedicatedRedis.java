package dev.atrium.backplane;

import dev.atrium.setting.Require;
import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.redis.runtime.client.VertxRedisClientFactory;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;

/**
 * Redis client of Atrium's own connections, to the addresses of {@code quarkus.redis.hosts}. An application keeps Quarkus's
 * default client as it has configured it: with Atrium's timeouts its own subscriptions would end as soon as they are silent.
 */
@Singleton
public final class DedicatedRedis implements RedisOptionsCustomizer {

    /**
     * Read timeout of a connection, in seconds. Each connection receives something once a second, a ping at least, so one that
     * is silent for so long is dead, whatever TCP reports.
     */
    private static final int READ_IDLE_SECONDS = 5;
    private static final int CONNECT_MILLIS = 3_000;

    /** Maximum number of requests on their way to Redis; beyond it publications are rejected with 503. */
    private static final int MAX_WAITING = 16_384;

    /** In metrics of pools and connections, beside that of the default client. */
    private static final String NAME = "atrium";

    private final Config config;
    private RedisOptions shared;
    private Redis client;

    /** @param defaultClient not used: Quarkus configures its default client only if something injects it */
    DedicatedRedis(Config config, Instance<Redis> defaultClient) {
        this.config = config;
    }

    /** Takes the options of the default client, complete when the first client is made. Called by Quarkus at startup. */
    @Override
    public synchronized void customize(String name, RedisOptions options) {
        if (name.equals(VertxRedisClientFactory.DEFAULT_CLIENT)) {
            shared = options;
        }
    }

    /** Copies options, with Atrium's values in place of those that are not set. */
    static RedisOptions dedicated(RedisOptions shared, Config config) {
        NetClientOptions net = new NetClientOptions(shared.getNetClientOptions()).setMetricsName("redis|" + NAME);
        if (!isSet(config, "quarkus.redis.tcp.read-idle-timeout")) {
            net.setReadIdleTimeout(READ_IDLE_SECONDS);
        }
        if (!isSet(config, "quarkus.redis.tcp.connection-timeout")) {
            net.setConnectTimeout(CONNECT_MILLIS);
        }
        RedisOptions dedicated = new RedisOptions(shared).setNetClientOptions(net).setPoolName(NAME);
        return isSet(config, "quarkus.redis.max-waiting-handlers") ? dedicated : dedicated.setMaxWaitingHandlers(MAX_WAITING);
    }

    /** Returns whether a person has set it: the defaults of Quarkus are below all sources that a person writes. */
    private static boolean isSet(Config config, String name) {
        ConfigValue value = config.getConfigValue(name);
        return value.getValue() != null && value.getSourceOrdinal() >= 0;
    }

    /**
     * Returns the client, the same one for all callers.
     *
     * @throws ConfigurationException if Quarkus has no Redis client
     */
    public synchronized Redis client(Vertx vertx) {
        if (client == null) {
            Require.that(shared != null, "quarkus.redis.active",
                    "true because of atrium.backplane=redis or atrium.file.store=redis");
            client = Redis.createClient(vertx, dedicated(shared, config));
        }
        return client;
    }

    /** Returns the number of the database that the client uses. */
    synchronized int database() {
        return RedisAddresses.database(shared.getEndpoint());
    }

    @PreDestroy
    synchronized void close() {
        if (client != null) {
            client.close();
        }
    }
}
