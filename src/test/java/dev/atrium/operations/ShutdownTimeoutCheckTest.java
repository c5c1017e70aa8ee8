package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.CapturedLog;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;

/** A graceful shutdown of Quarkus, which waits for WebSockets that have closed. */
class ShutdownTimeoutCheckTest {

    private static List<String> warnings(Map<String, String> settings) {
        try (CapturedLog log = new CapturedLog(ShutdownTimeoutCheck.class.getName())) {
            ShutdownTimeoutCheck.check(new SmallRyeConfigBuilder()
                    .withConverters(new Converter<?>[] { new DurationConverter() })
                    .withSources(new PropertiesConfigSource(settings, "test", 100)).build());
            return log.lines();
        }
    }

    @Test
    void a_timeout_is_named() {
        assertThat(warnings(Map.of("quarkus.shutdown.timeout", "30"))).singleElement().asString()
                .startsWith("quarkus.shutdown.timeout is 30000 ms");
    }

    @Test
    void without_one_there_is_nothing_to_say() {
        assertThat(warnings(Map.of())).isEmpty();
        assertThat(warnings(Map.of("quarkus.shutdown.timeout", "0s"))).isEmpty();
    }
}
