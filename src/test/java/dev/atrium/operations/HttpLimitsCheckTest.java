package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of requests with which no request would be served. */
class HttpLimitsCheckTest {

    private static void check(Map<String, String> settings) {
        HttpLimitsCheck.check(new SmallRyeConfigBuilder()
                .withConverters(new Converter<?>[] { new MemorySizeConverter(), new DurationConverter() })
                .withSources(new PropertiesConfigSource(settings, "test", 100)).build());
    }

    @ParameterizedTest
    @CsvSource({ "max-header-size, 0, from 1024", "max-initial-line-length, 0, from 128", "max-header-list-size, -1, from 1024",
            "max-concurrent-streams, 0, from 1 ", "rst-flood-max-rst-frame-per-window, -1, from 0",
            "rst-flood-window-duration, -1s, from 0ms" })
    void a_limit_that_leaves_nothing_is_named(String name, String value, String accepts) {
        String setting = "quarkus.http.limits." + name;
        assertThatThrownBy(() -> check(Map.of(setting, value))).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(setting + ": expected ").hasMessageContaining(accepts);
    }

    @Test
    void the_defaults_and_the_smallest_are_accepted() {
        assertThatCode(() -> {
            check(Map.of());
            check(Map.of("quarkus.http.limits.max-header-size", "1K", "quarkus.http.limits.max-concurrent-streams", "1",
                    "quarkus.http.limits.rst-flood-max-rst-frame-per-window", "0"));
        }).doesNotThrowAnyException();
    }
}
