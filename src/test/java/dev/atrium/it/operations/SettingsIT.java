package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Invalid settings: the server does not start, and prints one line with the setting and the values that it accepts. One value
 * of each bean that checks its settings; the others are in its unit test.
 */
class SettingsIT {

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "atrium.backplane,                    redis,   quarkus.redis.hosts",
            "atrium.heartbeat.interval,           0s,      50ms",
            "atrium.drain.delay,                  2h,      to 3600s",
            "atrium.drain.key,                    short,   at least 16 characters",
            "atrium.admission.max-lag,            -1s,     from 0ms",
            "atrium.warm-up.duration,            6m,      from 0ms",
            "atrium.history.namespace.\"/x\".size, 1000001, to 1000000",
            "atrium.engineio.max-payload,         2M,      to 1048576",
            "atrium.socketio.namespaces,          chat,    names that begin with a slash",
            "atrium.replica.host,                 http://10.0.0.1, without scheme and port",
            "atrium.auth.mode,                    required, mp.jwt.verify.publickey.location",
            "atrium.auth.timeout,                 0s,      50ms",
            "atrium.auth.cookie,                  session, atrium.origins",
            "atrium.permissions.everyone,         lobby:fly, expected some of join",
            "atrium.origins,                      app.example.com, https://app.example.com",
            "atrium.trusted-proxies,              10.0.0.0/99, 10.0.0.0/8",
            "atrium.limits.connections,           -1,      from 0",
            "atrium.limits.messages,              -1,      from 0",
            "atrium.limits.header-time,           2h,      3600s",
            "atrium.limits.request-memory-percent, 60,     1 to 50",
            "atrium.file.directory,               /dev/null/files, can be made and written",
            "atrium.ice.urls,                     turn:127.0.0.1, atrium.ice.turn-secret",
            "atrium.heartbeat.intervall,          1s,      atrium.heartbeat.intervall",
            "otel.traces.exporter,                jaeger,  none or otlp",
    })
    void stops_the_start(String setting, String value, String accepts) {
        stops_the_start(Map.of(setting, value), setting, accepts);
    }

    /** The server names all values that cannot be converted at once; it stops at the first value out of its range. */
    @Test
    void values_that_are_none_are_named_all_at_once() {
        record Invalid(String setting, String value, String accepts) {
        }
        List<Invalid> all = List.of(
                new Invalid("atrium.backplane", "kafka", "memory"),
                new Invalid("atrium.heartbeat.interval", "soon", "a duration"),
                new Invalid("atrium.outbox.limit", "lots", "a size"),
                new Invalid("atrium.websocket.compression", "maybe", "true or false"),
                new Invalid("atrium.socketio.relay", "maybe", "true or false"),
                new Invalid("atrium.http.presence", "maybe", "true or false"),
                new Invalid("atrium.auth.mode", "closed", "open"),
                new Invalid("atrium.limits.connections-per-user", "many", "atrium.limits.connections-per-user"),
                new Invalid("atrium.file.store", "ftp", "directory"),
                new Invalid("atrium.file.reserve", "lots", "a size"),
                new Invalid("atrium.file.s3.path-style", "maybe", "true or false"));
        try (Replica replica = Replica.launch(all.stream().collect(Collectors.toMap(Invalid::setting, Invalid::value)))) {
            assertThat(replica.exitCode()).isNotZero();
            assertThat(all).allSatisfy(each -> assertThat(replica.log().lines().filter(line -> line.contains(each.setting)))
                    .singleElement().satisfies(line -> assertThat(line).contains(each.accepts)));
            assertThat(replica.log()).doesNotContain("\tat ");
        }
    }

    private static void stops_the_start(Map<String, String> settings, String setting, String accepts) {
        try (Replica replica = Replica.launch(settings)) {
            assertThat(replica.exitCode()).isNotZero();
            assertThat(replica.log().lines().filter(line -> line.contains(setting))).singleElement()
                    .satisfies(line -> assertThat(line).contains(accepts));
            assertThat(replica.log()).doesNotContain("\tat ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "quarkus.http.port", "quarkus.management.port" })
    void a_port_that_is_taken_stops_the_start(String setting) throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            stops_the_start(Map.of(setting, Integer.toString(other.getLocalPort())), setting,
                    other.getLocalPort() + " of 127.0.0.1 is none");
        }
    }

    @Test
    void a_certificate_that_is_not_there_stops_the_start() {
        stops_the_start(
                Map.of("quarkus.tls.web.key-store.pem.0.cert", "none.crt", "quarkus.tls.web.key-store.pem.0.key", "none"),
                "quarkus.tls.web.key-store", "none.crt, NoSuchFileException");
    }

    /** It is OpenTelemetry that finds it. */
    @Test
    void an_invalid_timeout_of_traces_stops_the_start() {
        stops_the_start(Map.of("otel.traces.exporter", "otlp", "otel.exporter.otlp.timeout", "soon"),
                "otel.exporter.otlp.timeout", "soon");
    }

    @ParameterizedTest(name = "{0} for {1}")
    @CsvSource({
            "file:there-is-none.pem, RS256",
            "file:README.md,         RS256",
            "file:pom.xml,           ES256",
    })
    void an_invalid_key_stops_the_start(String location, String algorithm) {
        try (Replica replica = Replica
                .launch(Map.of("mp.jwt.verify.publickey.location", location, "mp.jwt.verify.publickey.algorithm", algorithm))) {
            assertThat(replica.exitCode()).isNotZero();
            assertThat(replica.log())
                    .contains("mp.jwt.verify.publickey.location: expected a key for " + algorithm + ", which " + location
                            + " is not")
                    .doesNotContain("\tat ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "rediss://:p@ss#w/rd@127.0.0.1:6379", "redis://:pa{ss@127.0.0.1:6379", "redis:6379",
            "redis.example.com:6379" })
    void an_invalid_address_of_redis_stops_the_start_and_is_not_logged(String address) {
        try (Replica replica = Replica.launch(Map.of("atrium.backplane", "redis", "quarkus.redis.hosts", address))) {
            assertThat(replica.exitCode()).isNotZero();
            assertThat(replica.log()).contains("quarkus.redis.hosts", "%40 for @").doesNotContain("\tat ", address);
        }
    }

    @Test
    void a_key_for_another_algorithm_stops_the_start() {
        Map<String, String> settings = new HashMap<>(Tokens.required(Map.of("mp.jwt.verify.publickey.algorithm", "ES256")));
        try (Replica replica = Replica.launch(settings)) {
            assertThat(replica.exitCode()).isNotZero();
            assertThat(replica.log()).contains("mp.jwt.verify.publickey: expected a key for ES256, which this is not");
        }
    }

    @Test
    void a_key_that_can_be_guessed_stops_the_start() {
        try (Replica replica = Replica
                .launch(Map.of("atrium.api-keys.billing.key", "12345", "atrium.api-keys.billing.rooms", "*:publish"))) {
            assertThat(replica.exitCode()).isNotZero();
            assertThat(replica.log()).contains("atrium.api-keys.billing.key: expected at least 16 characters")
                    .doesNotContain("12345");
        }
    }
}
