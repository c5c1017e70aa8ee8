package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.security.SecurityConfig;
import dev.atrium.security.TestSecurity;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of slow requests that stop the start. */
class SlowRequestsTest {

    private static final MemorySize ONE = new MemorySize(BigInteger.ONE);

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "atrium.limits.header-time,   2h, 3600s",
            "atrium.limits.body-time,     2h, 3600s",
            "atrium.limits.body-rate,     -1, from 0",
            "atrium.limits.response-time, 2h, 3600s",
    })
    void a_value_out_of_its_range_is_named(String setting, String value, String accepts) {
        SecurityConfig config = TestSecurity.config(Map.of(setting, value));
        assertThatThrownBy(() -> new SlowRequests(config, null, null, null, null, ONE))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(setting + ": expected").hasMessageContaining(accepts);
    }
}
