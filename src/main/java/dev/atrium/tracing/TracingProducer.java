package dev.atrium.tracing;

import dev.atrium.room.Node;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** Producer of {@link Tracing} from the settings. */
@Singleton
final class TracingProducer {

    private static final Logger LOG = Logger.getLogger(TracingProducer.class);

    /** At startup: an invalid setting must stop the start, not fail the first message. */
    @Produces
    @Singleton
    @Startup
    Tracing tracing(Config config, Node node) {
        Optional<Map<String, String>> settings = TraceSettings.read(config);
        LOG.debugf("Messages are traced: %s", settings.isPresent());
        return settings.isEmpty() ? Tracing.off() : new Tracing(OpenTelemetryStart.spans(settings.get(), node.name()));
    }

    void close(@Disposes Tracing tracing) {
        tracing.close();
    }
}
