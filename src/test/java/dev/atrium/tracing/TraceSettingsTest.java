package dev.atrium.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

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
    void without_an_exporter_tracing_is_disabled() {
        assertThat(read(Map.of("otel.traces.exporter", "none"))).isEmpty();
        assertThat(read(Map.of("otel.traces.exporter", ""))).isEmpty();
        assertThat(read(Map.of("otel.sdk.disabled", "true"))).isEmpty();
    }

    @Test
    void an_unknown_setting_is_named() {
        assertThatThrownBy(() -> read(Map.of("otel.traces.samplerr", "always_on")))
                .hasMessageContaining("otel.traces.samplerr");
    }
}
