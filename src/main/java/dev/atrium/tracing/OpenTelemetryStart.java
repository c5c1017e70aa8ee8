package dev.atrium.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.util.ExceptionUtil;
import java.util.Map;

/** Factory of the OpenTelemetry SDK, in a class of its own: without tracing no class of the SDK is loaded. */
final class OpenTelemetryStart {

    private static final AttributeKey<String> INSTANCE = AttributeKey.stringKey("service.instance.id");

    private OpenTelemetryStart() {
    }

    /**
     * Spans that are exported to the collector, from a bounded queue on a thread of its own. It does not connect yet.
     *
     * @throws ConfigurationException with OpenTelemetry's message for an invalid setting
     */
    static MessageSpans spans(Map<String, String> settings, String node) {
        try {
            return new MessageSpans(AutoConfiguredOpenTelemetrySdk.builder()
                    .addPropertiesSupplier(() -> settings)
                    // Prometheus has the metrics, standard output the log; messages carry W3C Trace Context, whatever propagator is set.
                    .addPropertiesCustomizer(config -> Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none",
                            "otel.propagators", "none"))
                    .addResourceCustomizer((resource, config) -> Resource.builder().put(INSTANCE, node).build().merge(resource))
                    .addSpanExporterCustomizer(
                            (exporter, config) -> new LoggingSpanExporter(exporter, TraceSettings.endpoint(settings)))
                    // Quarkus closes the bean at shutdown; nothing may be logged after that.
                    .disableShutdownHook()
                    .build().getOpenTelemetrySdk());
        } catch (RuntimeException e) {
            Throwable root = ExceptionUtil.getRootCause(e);
            // The first message may say no more than that an error is unexpected.
            throw new ConfigurationException("otel: " + e.getMessage() + (root == e ? "" : ": " + root.getMessage()));
        }
    }
}
