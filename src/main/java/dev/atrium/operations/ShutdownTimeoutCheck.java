package dev.atrium.operations;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Warns at startup of Quarkus's own graceful shutdown. It waits for all requests to end, and a WebSocket is one that never
 * does, even after it has closed: a shutdown takes the whole of the timeout longer once a client has opened one.
 */
@Singleton
final class ShutdownTimeoutCheck {

    private static final Logger LOG = Logger.getLogger(ShutdownTimeoutCheck.class);

    private static final String SETTING = "quarkus.shutdown.timeout";

    void start(@Observes StartupEvent startup, Config config) {
        check(config);
    }

    static void check(Config config) {
        config.getOptionalValue(SETTING, Duration.class).filter(timeout -> timeout.compareTo(Duration.ZERO) > 0)
                .ifPresent(timeout -> LOG.warnf(
                        "%s is %d ms, and a shutdown takes that much longer if a client has ever opened a WebSocket: for "
                                + "Quarkus it is a request that never ends. The clients of Atrium do not need it; see \"Stopping\" in docs/operations.md",
                        SETTING, timeout.toMillis()));
    }
}
