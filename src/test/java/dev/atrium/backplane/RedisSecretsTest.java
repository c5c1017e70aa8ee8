package dev.atrium.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses of Redis as the framework reads them. */
class RedisSecretsTest {

    @ParameterizedTest
    @ValueSource(strings = { "redis://:hush{hush@localhost:6379", "redis://:hush hush@localhost",
            "redis://:hush%hush@localhost",
            "redis://localhost:6379,redis://:hush^@localhost:6380" })
    void no_error_contains_a_password(String addresses) {
        assertThat(read("quarkus.redis.hosts", addresses)).containsExactly(URI.create("invalid"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "redis://:hush@localhost:6379", "redis://localhost:6379,redis://localhost:6380", "localhost" })
    void an_address_that_is_a_uri_is_read_as_it_is(String addresses) {
        assertThat(read("quarkus.redis.hosts", addresses)).hasToString('[' + addresses.replace(",", ", ") + ']');
    }

    @Test
    void other_settings_are_read_as_they_are() {
        assertThatIllegalArgumentException().isThrownBy(() -> read("quarkus.other.hosts", "a b")).withMessageContaining("a b");
    }

    private static Iterable<URI> read(String name, String value) {
        SmallRyeConfig config = new SmallRyeConfigBuilder().withInterceptors(new RedisSecrets())
                .withSources(new PropertiesConfigSource(Map.of(name, value), "test", 100)).build();
        return config.getValues(name, URI.class);
    }
}
