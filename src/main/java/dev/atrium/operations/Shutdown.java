package dev.atrium.operations;

import dev.atrium.backplane.Backplane;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Drainable;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import io.quarkus.arc.All;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import sun.misc.Signal;

/**
 * Graceful shutdown of a replica. It is not ready, but still serves until load balancers have removed it; then it rejects new
 * connections and closes every session, spread over a window; then the process exits with code 0. A second signal ends the
 * delay and the window, a third ends the grace period.
 */
@Singleton
final class Shutdown {

    private static final Logger LOG = Logger.getLogger(Shutdown.class);

    private static final long MIN_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Time for a handshake in progress to become a session: cut off, its client would be closed with 1000. */
    private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Time for Quarkus to stop, after the drain. */
    private static final Duration AFTER_GRACE = Duration.ofSeconds(5);
    private static final long RECHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Sessions sessions;
    private final List<Drainable> drainables;
    private final ConnectionLimiter connections;
    private final Backplane backplane;
    private final Drain drain;
    private final DrainConfig config;
    private final LastResort lastResort;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean allClosed;
    private volatile boolean graceSkipped;

    Shutdown(Sessions sessions, @All List<Drainable> drainables, ConnectionLimiter connections, Backplane backplane,
            Drain drain, DrainConfig config) {
        this.sessions = sessions;
        this.drainables = drainables;
        this.connections = connections;
        this.backplane = backplane;
        this.drain = drain;
        this.config = config;
        this.lastResort = new LastResort(config.delay().plus(config.window()).plus(config.grace()).plus(AFTER_GRACE),
                Runtime.getRuntime()::halt);
    }

    /** Returns whether this replica is shutting down. */
    boolean isDraining() {
        return begun.get();
    }

    void start(@Observes StartupEvent startup) {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            lastResort.start();
            // The JVM's own handler exits with 143, which Kubernetes and systemd report as a failure; and the first step of Quarkus's
            // shutdown is to close the HTTP server, with close code 1000 for every client.
            handle("TERM", config.delay(), config.window());
            // The end of the terminal, or an operator who expects it to read its settings again.
            handle("HUP", config.delay(), config.window());
            // Ctrl-C: a person waits for the process to end, and no load balancer routes to it.
            handle("INT", Duration.ZERO, Duration.ZERO);
        }
    }

    private void handle(String name, Duration delay, Duration window) {
        try {
            Signal.handle(new Signal(name), signal -> signalled(delay, window));
        } catch (IllegalArgumentException e) {
            // Windows has no SIGHUP. With -Xrs the JVM leaves all of them alone.
            LOG.logf(name.equals("HUP") ? Logger.Level.DEBUG : Logger.Level.WARN, "SIG%s does not begin a drain: %s", name,
                    e.getMessage());
        }
    }

    /** Handles a signal. The JVM calls it on a thread of its own for each signal. */
    private void signalled(Duration delay, Duration window) {
        if (begun.compareAndSet(false, true)) {
            lastResort.begin();
            try {
                drain(delay, window);
            } catch (RuntimeException e) {
                // Continues to the exit: otherwise the process would never end.
                LOG.error("The drain has failed; the process exits without closing the remaining clients", e);
            }
            Quarkus.asyncExit(0);
        } else if (allClosed) {
            graceSkipped = true;
        } else {
            LOG.info("Draining: another signal has arrived; the remaining clients are closed at once");
            drain.expedite();
        }
    }

    private void drain(Duration delay, Duration window) {
        if (!delay.isZero()) {
            LOG.infof("Draining: the replica is no longer ready, and closes its clients in %d s", delay.toSeconds());
            drain.await(delay);
        }
        connections.close();
        Set<Session> closed = new HashSet<>(sessions.all());
        drain.closePaced(closeTasks(closed), window);
        allClosed = true;
        awaitEnd(closed);
        int forced = openConnections() + drainables.stream().mapToInt(Drainable::inFlight).sum();
        drain.countForced(forced);
        if (!closed.isEmpty() || forced > 0) {
            LOG.infof("The drain is complete: %d sessions were closed; %d connections are still open and are cut",
                    closed.size(), forced);
        }
    }

    private List<Runnable> closeTasks(Set<Session> closing) {
        List<Runnable> closeTasks = new ArrayList<>(closing.size());
        closing.forEach(session -> closeTasks.add(() -> session.closeSoon(CloseReason.GOING_AWAY)));
        drainables.forEach(drainable -> closeTasks.addAll(drainable.closeTasks()));
        return closeTasks;
    }

    private void awaitEnd(Set<Session> closed) {
        long start = System.nanoTime();
        do {
            // In a loop, because handshakes in progress become sessions meanwhile.
            sessions.all().stream().filter(closed::add).forEach(drain::closeLate);
            drainables.forEach(drainable -> drainable.closeTasks().forEach(Runnable::run));
            LockSupport.parkNanos(RECHECK_NANOS);
        } while (isWorthWaiting(System.nanoTime() - start));
    }

    /** Number of open connections, including those that have no session yet, or never get one. */
    private int openConnections() {
        return Math.max(sessions.connections(), connections.count());
    }

    /** Whether to wait longer: for open connections, or for publications that may be acknowledged any moment. */
    private boolean isWorthWaiting(long nanos) {
        boolean busy = sessions.connections() > 0 || backplane.status().busy()
                || drainables.stream().anyMatch(drainable -> drainable.inFlight() > 0);
        return nanos < MIN_WAIT_NANOS || !graceSkipped
                && (busy && nanos < config.grace().toNanos() || openConnections() > 0 && nanos < HANDSHAKE_NANOS);
    }
}
