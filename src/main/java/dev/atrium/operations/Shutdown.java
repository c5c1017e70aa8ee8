package dev.atrium.operations;

import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import dev.atrium.setting.Require;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import sun.misc.Signal;

/** The end of a replica: not ready, every client told to go elsewhere, then out with exit code 0. */
@Singleton
final class Shutdown {

    private static final Logger LOG = Logger.getLogger(Shutdown.class);

    private static final long HALF_DONE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Sessions sessions;
    private final long graceNanos;
    private volatile boolean draining;

    /** @throws ConfigurationException naming the setting that makes no sense */
    Shutdown(Sessions sessions, OperationsConfig config) {
        this.sessions = sessions;
        Require.between("atrium.shutdown.grace", config.grace(), Duration.ZERO, Duration.ofHours(1));
        this.graceNanos = config.grace().toNanos();
    }

    /** Whether clients are being told to go. */
    boolean isDraining() {
        return draining;
    }

    void start(@Observes StartupEvent startup) {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            // The JVM's own handler ends with 143, which Kubernetes and systemd report as a failure; and when Quarkus begins
            // to stop it closes the HTTP server first, with 1000 for everyone.
            for (String name : new String[] {"TERM", "INT"}) {
                Signal.handle(new Signal(name), signal -> {
                    drain();
                    Quarkus.asyncExit(0);
                });
            }
        }
    }

    private void drain() {
        draining = true;
        Set<Session> told = new HashSet<>();
        long start = System.nanoTime();
        // More than one look: handshakes that were half done become sessions meanwhile.
        do {
            for (Session session : sessions.all()) {
                if (told.add(session)) {
                    session.closeSoon(CloseReason.GOING_AWAY);
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        } while (isWorthWaiting(System.nanoTime() - start));
        if (!told.isEmpty()) {
            LOG.infof("Told %d sessions to go; %d connections were left", told.size(), sessions.connections());
        }
    }

    private boolean isWorthWaiting(long nanos) {
        return nanos < HALF_DONE_NANOS || sessions.connections() > 0 && nanos < graceNanos;
    }
}
