package dev.atrium.backplane;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.Node;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of the backplane that stop the start. */
class BackplaneProducerTest {

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "atrium.room.ttl,           0s,    from 5s",
            "atrium.resume.window,      2d,    to 1d",
            "atrium.idempotency.window, 0s,    from 1s",
            "atrium.idempotency.window, 2d,    to 1d",
    })
    void a_time_out_of_its_range_is_named(String setting, String value, String accepts) {
        refuses(Map.of(setting, value), "redis://localhost", setting, accepts);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "atrium.redis.lease,                1s,      from 3s",
            "atrium.redis.log-ttl,              0s,      from 1s",
            "atrium.redis.acknowledge-replicas, 11,      to 10",
            "atrium.redis.log-size,             -1,      from 0",
            "atrium.redis.prefix,               a b,     1 to 64 letters",
    })
    void a_setting_of_redis_out_of_its_range_is_named(String setting, String value, String accepts) {
        refuses(Map.of("atrium.backplane", "redis", setting, value), "redis://localhost", setting, accepts);
    }

    private static void refuses(Map<String, String> settings, String hosts, String setting, String accepts) {
        assertThatThrownBy(() -> new BackplaneProducer().backplane(Settings.backplane(settings), new Node("node-1"), null, null,
                Optional.of(hosts), "standalone", true))
                .isInstanceOf(ConfigurationException.class).hasMessageStartingWith(setting + ": expected")
                .hasMessageContaining(accepts);
    }
}
