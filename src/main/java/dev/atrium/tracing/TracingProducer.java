package dev.atrium.tracing;

import dev.atrium.room.Node;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
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

    @Produces
    @Singleton
    Tracing tracing(Config config, Node node) {
        Optional<Map<String, String>> settings = TraceSettings.read(config);
        return settings.isEmpty() ? Tracing.off() : new Tracing(OpenTelemetryStart.spans(settings.get(), node.name()));
    }

    /** Creates the bean at startup: an invalid setting must stop the start, not fail the first message. */
    void start(@Observes StartupEvent startup, Tracing tracing) {
        LOG.debugf("Messages are traced: %s", tracing != Tracing.off());
    }

    void close(@Disposes Tracing tracing) {
        tracing.close();
    }
}
