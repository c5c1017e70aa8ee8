package dev.atrium.tracing;

import io.opentelemetry.exporter.internal.FailedExportException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.quarkus.runtime.util.ExceptionUtil;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Span exporter that logs when exports begin to fail and when they succeed again: one line each, however long it lasts. */
final class LoggingSpanExporter implements SpanExporter {

    private static final Logger LOG = Logger.getLogger(LoggingSpanExporter.class);

    private final SpanExporter exporter;
    private final String endpoint;
    private final AtomicBoolean failing = new AtomicBoolean();

    LoggingSpanExporter(SpanExporter exporter, String endpoint) {
        this.exporter = exporter;
        this.endpoint = endpoint;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans);
        return result.whenComplete(() -> {
            if (result.isSuccess() && failing.getAndSet(false)) {
                LOG.infof("The collector at %s accepts traces again", endpoint);
            } else if (!result.isSuccess() && !failing.getAndSet(true)) {
                LOG.warnf("The collector at %s accepts no traces; they are dropped until it does: %s", endpoint,
                        reason(result.getFailureThrowable()));
            }
        });
    }

    private static String reason(Throwable failure) {
        if (failure instanceof FailedExportException.HttpExportException rejected && rejected.getResponse() != null) {
            return "it replies with " + rejected.getResponse().statusCode();
        }
        return failure == null ? "no reason given" : ExceptionUtil.getRootCause(failure).toString();
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }

    @Override
    public String toString() {
        return exporter.toString();
    }
}
