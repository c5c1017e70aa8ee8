package dev.atrium.transport.engineio;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of Engine.IO that stop the start. */
class EngineSocketsTest extends WithEngine {

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "atrium.engineio.max-payload,     100,   'from 1024 to 10000, got 100'",
            "atrium.engineio.max-payload,     10001, 'from 1024 to 10000, got 10001'",
            "atrium.engineio.upgrade-timeout, 0s,    from 50ms to 600s",
    })
    void a_value_out_of_its_range_is_named(String setting, String value, String accepts) {
        assertThatThrownBy(() -> sockets(Map.of(setting, value), Map.of(), 10_000))
                .isInstanceOf(ConfigurationException.class).hasMessageStartingWith(setting + ": expected")
                .hasMessageContaining(accepts);
    }
}
