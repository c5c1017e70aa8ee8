package dev.atrium.operations;

import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import sun.misc.Signal;

/** The end of a replica: not ready, every client told to go elsewhere, then out with exit code 0. */
@Singleton
final class Shutdown {

    private static final Logger LOG = Logger.getLogger(Shutdown.class);

    private final Sessions sessions;
    private final long graceMillis;
    private volatile boolean draining;

    /** @throws ConfigurationException naming the setting that makes no sense */
    Shutdown(Sessions sessions, OperationsConfig config) {
        this.sessions = sessions;
        this.graceMillis = config.grace().toMillis();
        if (graceMillis < 0 || graceMillis > TimeUnit.HOURS.toMillis(1)) {
            throw new ConfigurationException(
                    "atrium.shutdown.grace: expected a duration from 0s to 1h, for example 10s, got " + config.grace());
        }
    }

    /** Whether clients are being told to go. */
    boolean isDraining() {
        return draining;
    }

    void start(@Observes StartupEvent startup) {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            // The JVM's own handler ends with 143, which Kubernetes and systemd report as a failure.
            Signal.handle(new Signal("TERM"), signal -> {
                draining = true;
                Quarkus.asyncExit(0);
            });
        }
    }

    /** Before anything else stops: sessions need the backplane and the HTTP server to leave in order. */
    void drain(@Observes @Priority(1) ShutdownEvent shutdown) throws InterruptedException {
        draining = true;
        int open = sessions.all().size();
        for (Session session : sessions.all()) {
            session.closeSoon(CloseReason.GOING_AWAY);
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
        while (sessions.connections() > 0 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        if (open > 0) {
            LOG.infof("Told %d sessions to go; %d connections were left", open, sessions.connections());
        }
    }
}
