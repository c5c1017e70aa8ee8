package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports that are free, taken, or of no concern. */
class PortCheckTest {

    private final Map<String, String> settings = new HashMap<>();
    private ServerSocket other;

    @BeforeEach
    void listen() throws IOException {
        other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        other.close();
    }

    @ParameterizedTest
    @ValueSource(strings = { "quarkus.http", "quarkus.management" })
    void a_port_that_is_taken_is_named_with_its_setting(String server) throws IOException {
        bind(server);
        assertThatThrownBy(this::check).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("%s.port: expected a port that this process may open, and %d of 127.0.0.1 is none: ",
                        server, other.getLocalPort());
        other.close();
        assertThatCode(this::check).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({ "quarkus.http, host-enabled, false", "quarkus.http, so-reuse-port, true",
            "quarkus.http, insecure-requests, disabled", "quarkus.http, port, 0", "quarkus.management, enabled, false",
            "quarkus.management, host-enabled, false" })
    void a_port_that_is_not_opened_or_is_shared_may_be_taken(String server, String setting, String value) {
        bind(server);
        settings.put(server + '.' + setting, value);
        assertThatCode(this::check).doesNotThrowAnyException();
    }

    @Test
    void an_address_of_another_machine_is_named() {
        settings.putAll(Map.of("quarkus.http.host", "192.0.2.1", "quarkus.http.port", "8080"));
        assertThatThrownBy(this::check).hasMessageStartingWith("quarkus.http.port: expected").hasMessageContaining("192.0.2.1");
        settings.put("quarkus.http.host", "[::");
        assertThatThrownBy(this::check)
                .hasMessage("quarkus.http.host: expected an address of this machine, got [::");
    }

    @Test
    void a_port_that_no_machine_has_is_named() {
        settings.put("quarkus.http.port", "65536");
        assertThatThrownBy(this::check).hasMessage("quarkus.http.port: expected at most 65535, got 65536");
    }

    @ParameterizedTest
    @CsvSource({ "quarkus.http.tls-configuration-name, web", "quarkus.tls.key-store.pem.0.cert, server.crt",
            "quarkus.http.ssl.certificate.files, server.crt" })
    void the_port_for_tls_is_named_too_if_there_is_one(String setting, String value) {
        settings.putAll(Map.of("quarkus.http.host", "127.0.0.1", "quarkus.http.insecure-requests", "disabled",
                "quarkus.http.ssl-port", Integer.toString(other.getLocalPort())));
        assertThatCode(this::check).doesNotThrowAnyException();
        settings.put(setting, value);
        assertThatThrownBy(this::check).hasMessageStartingWith("quarkus.http.ssl-port: expected a port that this process may");
    }

    @Test
    void two_settings_with_the_same_port_are_named() throws IOException {
        bind("quarkus.http");
        bind("quarkus.management");
        int port = other.getLocalPort();
        other.close();
        assertThatThrownBy(this::check).hasMessage(
                "quarkus.management.port: expected another port than quarkus.http.port, got " + port);
    }

    private void bind(String server) {
        settings.put(server + ".host", "127.0.0.1");
        settings.put(server + ".port", Integer.toString(other.getLocalPort()));
    }

    private void check() {
        PortCheck.check(new SmallRyeConfigBuilder().withSources(new PropertiesConfigSource(settings, "test", 100)).build());
    }
}
