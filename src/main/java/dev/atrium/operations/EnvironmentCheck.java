package dev.atrium.operations;

import dev.atrium.setting.EnvironmentNames;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Warns at startup of environment variables that were meant as a setting and are none. It does not stop the start, because an
 * application may have variables of its own that begin like Atrium's.
 */
@Singleton
final class EnvironmentCheck {

    private static final Logger LOG = Logger.getLogger(EnvironmentCheck.class);

    void start(@Observes StartupEvent startup, BeanManager beans, Config config) {
        Set<String> unknown = EnvironmentNames.ofMappings(beans).unknown(config);
        if (!unknown.isEmpty()) {
            LOG.warnf("Environment variables that are no setting, and are ignored: %s", String.join(", ", unknown));
        }
    }
}
