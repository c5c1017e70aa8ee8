package dev.atrium.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisOptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

/** Options of Atrium's own Redis client, which an application's clients must not get. */
class DedicatedRedisTest {

    private static Config config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder().withSources(new PropertiesConfigSource(settings, "test", 100)).build();
    }

    @Test
    void atrium_has_timeouts_and_the_client_of_the_application_has_none() {
        RedisOptions shared = new RedisOptions().setConnectionString("redis://localhost:6379").setPassword("secret");
        RedisOptions dedicated = DedicatedRedis.dedicated(shared, config(Map.of()));
        assertThat(dedicated.getNetClientOptions().getReadIdleTimeout()).isEqualTo(5);
        assertThat(dedicated.getNetClientOptions().getConnectTimeout()).isEqualTo(3_000);
        assertThat(dedicated.getMaxWaitingHandlers()).isEqualTo(16_384);
        assertThat(dedicated.getEndpoints()).containsExactly("redis://localhost:6379");
        assertThat(dedicated.getPassword()).isEqualTo("secret");
        assertThat(shared.getNetClientOptions().getReadIdleTimeout()).isZero();
        assertThat(shared.getNetClientOptions().getConnectTimeout()).isEqualTo(NetClientOptions.DEFAULT_CONNECT_TIMEOUT);
        assertThat(dedicated.getPoolName()).isNotEqualTo(shared.getPoolName());
        assertThat(shared.getMaxWaitingHandlers()).isEqualTo(new RedisOptions().getMaxWaitingHandlers());
    }

    @Test
    void what_is_set_is_atriums_too() {
        RedisOptions shared = new RedisOptions();
        RedisOptions dedicated = DedicatedRedis.dedicated(shared, config(Map.of("quarkus.redis.tcp.read-idle-timeout", "0s",
                "quarkus.redis.tcp.connection-timeout", "60s", "quarkus.redis.max-waiting-handlers", "2048")));
        assertThat(dedicated.getNetClientOptions().getReadIdleTimeout()).isZero();
        assertThat(dedicated.getNetClientOptions().getConnectTimeout()).isEqualTo(NetClientOptions.DEFAULT_CONNECT_TIMEOUT);
        assertThat(dedicated.getMaxWaitingHandlers()).isEqualTo(new RedisOptions().getMaxWaitingHandlers());
    }

    @Test
    void the_defaults_of_every_application_leave_its_redis_metrics_and_traces_alone() throws IOException {
        Properties defaults = new Properties();
        try (InputStream file = DedicatedRedis.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            defaults.load(file);
        }
        assertThat(defaults.stringPropertyNames()).contains("quarkus.http.auth.proactive")
                .noneMatch(name -> name.startsWith("quarkus.redis.") && !name.equals("quarkus.redis.devservices.enabled"))
                .noneMatch(name -> name.startsWith("otel.") || name.contains("opentelemetry"))
                .doesNotContain("quarkus.micrometer.binder.vertx.enabled");
    }
}
