package dev.atrium.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that are passed to OpenTelemetry. */
class TraceSettingsTest {

    private static Optional<Map<String, String>> read(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of("otel.traces.exporter", "otlp"));
        all.putAll(settings);
        return TraceSettings
                .read(new SmallRyeConfigBuilder().withSources(new PropertiesConfigSource(all, "file", 250)).build());
    }

    @Test
    void an_empty_setting_counts_as_absent() {
        assertThat(read(Map.of("otel.traces.sampler", "", "otel.traces.sampler.arg", ""))).hasValueSatisfying(
                settings -> assertThat(settings).containsEntry("otel.traces.sampler", "parentbased_traceidratio")
                        .containsEntry("otel.traces.sampler.arg", "0.01"));
    }

    @Test
    void what_is_not_set_is_read_from_no_file() {
        assertThat(read(Map.of("quarkus.application.name", "shop"))).hasValueSatisfying(
                settings -> assertThat(settings).containsEntry("otel.exporter.otlp.protocol", "http/protobuf")
                        .containsEntry("otel.service.name", "shop"));
        assertThat(read(Map.of("quarkus.application.name", "shop", "otel.service.name", "rooms"))).hasValueSatisfying(
                settings -> assertThat(settings).containsEntry("otel.service.name", "rooms"));
    }

    @Test
    void without_an_exporter_tracing_is_disabled() {
        assertThat(read(Map.of("otel.traces.exporter", "none"))).isEmpty();
        assertThat(read(Map.of("otel.traces.exporter", ""))).isEmpty();
        assertThat(read(Map.of("otel.sdk.disabled", "true"))).isEmpty();
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "otel.traces.exporter,                 jaeger,         none or otlp",
            "otel.exporter.otlp.endpoint,          collector:4318, http://otel-collector:4318",
            "otel.exporter.otlp.traces.endpoint,   collector:4318, http://otel-collector:4318",
            "otel.exporter.otlp.protocol,          grpc,           http/protobuf",
            "otel.exporter.otlp.compression,       zip,            gzip or none",
            "otel.exporter.otlp.timeout,           -1,             a duration",
            "otel.exporter.otlp.certificate,       /nope,          a file that can be read",
            "otel.exporter.otlp.client.key,        src,            a file that can be read",
            "otel.exporter.otlp.traces.client.certificate, /nope,  a file that can be read",
            "otel.bsp.schedule.delay,              -1,             a positive number",
            "otel.bsp.max.queue.size,              0,              a positive number",
            "otel.bsp.max.export.batch.size,       none,           a positive number",
            "otel.bsp.export.timeout,              00,             a positive number",
            "otel.traces.sampler,                  some,           parentbased_traceidratio",
            "otel.traces.sampler.arg,              5,              from 0 to 1",
    })
    void an_invalid_value_is_named(String setting, String value, String accepts) {
        assertThatThrownBy(() -> read(Map.of(setting, value))).hasMessageStartingWith(setting + ": expected")
                .hasMessageContaining(accepts);
    }

    @Test
    void numbers_with_a_unit_and_files_are_left_to_opentelemetry() {
        Map<String, String> settings = Map.of("otel.bsp.schedule.delay", "5s", "otel.bsp.max.queue.size", "0100",
                "otel.bsp.export.timeout", "500", "otel.exporter.otlp.timeout", "10s", "otel.exporter.otlp.compression", "gzip",
                "otel.exporter.otlp.certificate", "pom.xml");
        assertThat(read(settings)).hasValueSatisfying(read -> assertThat(read).containsAllEntriesOf(settings));
    }

    /** It is OpenTelemetry that finds it, and says why in a cause alone. */
    @Test
    void an_error_of_opentelemetry_says_why() {
        Map<String, String> settings = read(Map.of("otel.span.attribute.count.limit", "-1")).orElseThrow();
        assertThatThrownBy(() -> OpenTelemetryStart.spans(settings, "node")).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("otel: ").hasMessageContaining("must be non-negative");
    }

    @Test
    void an_unknown_setting_is_named() {
        assertThatThrownBy(() -> read(Map.of("otel.traces.samplerr", "always_on")))
                .hasMessageContaining("otel.traces.samplerr");
    }
}
