package dev.atrium.backplane;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.quarkus.redis.runtime.client.VertxRedisClientFactory;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

/**
 * Redis client of Atrium's own connections, to the addresses of {@code quarkus.redis.hosts}. An application keeps Quarkus's
 * default client as it has configured it: with Atrium's timeouts its own subscriptions would end as soon as they are silent.
 */
@Singleton
public final class DedicatedRedis implements RedisOptionsCustomizer {

    /**
     * In seconds. Each connection receives something once a second, a ping at least, so one that is silent for so long is dead,
     * whatever TCP thinks.
     */
    private static final int READ_IDLE_SECONDS = 5;
    private static final int CONNECT_MILLIS = 3_000;

    /** Maximum number of requests on their way to Redis; beyond it publications are rejected with 503. */
    private static final int MAX_WAITING = 16_384;

    /** In metrics of pools and connections, beside that of the default client. */
    private static final String NAME = "atrium";

    private RedisOptions options;
    private Redis client;

    /** @param shared not used: Quarkus configures its default client only if something injects it */
    DedicatedRedis(Instance<Redis> shared) {
    }

    /** Copies the options of the default client. Called by Quarkus at startup, if there is an address. */
    @Override
    public synchronized void customize(String name, RedisOptions shared) {
        if (name.equals(VertxRedisClientFactory.DEFAULT_CLIENT)) {
            options = dedicated(shared);
        }
    }

    /** Copies options, with Atrium's values in place of Vert.x's defaults. */
    static RedisOptions dedicated(RedisOptions shared) {
        NetClientOptions net = new NetClientOptions(shared.getNetClientOptions()).setMetricsName("redis|" + NAME);
        if (net.getReadIdleTimeout() == NetClientOptions.DEFAULT_READ_IDLE_TIMEOUT) {
            net.setReadIdleTimeout(READ_IDLE_SECONDS);
        }
        if (net.getConnectTimeout() == NetClientOptions.DEFAULT_CONNECT_TIMEOUT) {
            net.setConnectTimeout(CONNECT_MILLIS);
        }
        RedisOptions dedicated = new RedisOptions(shared).setNetClientOptions(net).setPoolName(NAME);
        if (dedicated.getMaxWaitingHandlers() == new RedisOptions().getMaxWaitingHandlers()) {
            dedicated.setMaxWaitingHandlers(MAX_WAITING);
        }
        return dedicated;
    }

    /** Returns the client, the same one for all callers. */
    public synchronized Redis client(Vertx vertx) {
        if (client == null) {
            client = Redis.createClient(vertx, options);
        }
        return client;
    }

    @PreDestroy
    synchronized void close() {
        if (client != null) {
            client.close();
        }
    }
}
