package dev.atrium.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.impl.RedisURI;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses of Redis that are rejected at startup. */
class RedisAddressesTest {

    private final RedisAddresses addresses = new RedisAddresses();

    @ParameterizedTest
    @ValueSource(strings = { "redis://localhost:6379", "redis://localhost", "rediss://:secret@redis.example.com:6379/1",
            "redis://user:a%40b%23c%2Fd@localhost:6379", "redis://[::1]:6379", "redis://10.0.0.1:6379?password=x",
            "unix:///var/run/redis.sock" })
    void addresses_with_a_scheme_and_a_host_or_none_are_accepted(String address) {
        assertThatCode(() -> check(address)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = { "localhost", "//localhost:6379", "", "redis://:p@ss@localhost:6379",
            "redis://:pa#ss@localhost:6379", "redis://:pa ss@localhost",
            "redis://local host:6379", "redis://:pa/ss@localhost:6379", "redis://redis_1:6379", "redis://localhost:6379#0",
            "redis:6379", "redis.example.com:6379", "localhost:6379", "http://localhost:6379", "redis:///0", "redis:/localhost",
            "redis://localhost/main", "redis://localhost:637900", "unix:redis.sock", "REDIS://localhost" })
    void addresses_that_the_client_would_misread_are_rejected(String address) {
        assertThatThrownBy(() -> check(address)).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("quarkus.redis.hosts: expected addresses with a scheme, such as redis://");
    }

    @ParameterizedTest
    @CsvSource({ "redis://localhost, 0", "redis://localhost/, 0", "redis://:a%2Fb@localhost:6379/12, 12",
            "rediss://localhost?password=x&db=3, 3", "redis://localhost/2?db=3, 2", "unix:///run/1, 0",
            "unix:///run/redis.sock?db=4, 4" })
    void the_database_is_the_one_that_the_client_uses(String address, int database) {
        assertThat(RedisAddresses.database(address)).isEqualTo(database)
                .isEqualTo(Objects.requireNonNullElse(new RedisURI(address).select(), 0));
    }

    @Test
    void the_error_does_not_contain_the_password() {
        assertThatThrownBy(() -> check("redis://:hush#hush@localhost:6379")).hasMessageNotContaining("hush");
    }

    @Test
    void an_invalid_address_among_several_is_rejected() {
        assertThatThrownBy(() -> check("redis://localhost:6379", "localhost")).isInstanceOf(ConfigurationException.class);
        assertThatCode(() -> check("redis://localhost:6379", "redis://localhost:6380")).doesNotThrowAnyException();
    }

    @Test
    void of_a_client_of_the_application_its_own_setting_is_named() {
        assertThatThrownBy(() -> addresses.customize("cache", new RedisOptions().setEndpoints(List.of("localhost:6379"))))
                .hasMessageStartingWith("quarkus.redis.cache.hosts: expected addresses with a scheme");
    }

    private void check(String... endpoints) {
        addresses.customize("<default>", new RedisOptions().setEndpoints(List.of(endpoints)));
    }
}
