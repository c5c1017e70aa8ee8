package dev.atrium.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Map;

/** Makes what traces of the settings. Only here, so that nothing of it is loaded where nobody asked for it. */
final class OpenTelemetryStart {

    private static final AttributeKey<String> INSTANCE = AttributeKey.stringKey("service.instance.id");

    private OpenTelemetryStart() {
    }

    /**
     * Spans that go to the collector, from a bounded queue on a thread of its own. Connects to nothing yet.
     *
     * @throws ConfigurationException with what OpenTelemetry says of a setting that makes no sense to it
     */
    static MessageSpans spans(Map<String, String> settings, String node) {
        try {
            return new MessageSpans(AutoConfiguredOpenTelemetrySdk.builder()
                    .addPropertiesSupplier(() -> settings)
                    // Prometheus has the figures, and standard output the log; and what travels is W3C Trace Context, whatever others use.
                    .addPropertiesCustomizer(config -> Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none", "otel.propagators", "none"))
                    .addResourceCustomizer((resource, config) -> Resource.builder().put(INSTANCE, node).build().merge(resource))
                    .addSpanExporterCustomizer((exporter, config) -> new LoggingSpanExporter(exporter, TraceSettings.endpoint(settings)))
                    // Quarkus tells when it ends, and after that nothing is said any more.
                    .disableShutdownHook()
                    .build().getOpenTelemetrySdk());
        } catch (RuntimeException e) {
            throw new ConfigurationException("otel: " + e.getMessage());
        }
    }
}
