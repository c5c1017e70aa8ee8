package dev.atrium.operations;

import dev.atrium.session.EventLoops;
import dev.atrium.setting.Require;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Watchdog of the event loops: logs once what blocks one of them, and fails the health checks. It has a thread of its own, and
 * measures the loops themselves: Vert.x's checker knows only tasks of Vert.x, and most of ours are Netty's.
 */
@Singleton
final class EventLoopWatchdog {

    private static final Logger LOG = Logger.getLogger(EventLoopWatchdog.class);

    private static final Duration MIN_DURATION = Duration.ofMillis(100);
    private static final Duration MAX_DURATION = Duration.ofHours(1);
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final EventLoops eventLoops;
    private final long unreadyNanos;
    private final long deadNanos;
    private final Thread thread = new Thread(this::watch, "atrium-event-loop-watchdog");
    /** Event loops whose block was logged. */
    private final Set<String> logged = new HashSet<>();
    private volatile boolean stopped;

    /** @throws ConfigurationException naming the invalid setting */
    EventLoopWatchdog(EventLoops eventLoops, EventLoopConfig config) {
        Require.between("atrium.event-loop.unready-after", config.unreadyAfter(), MIN_DURATION, MAX_DURATION);
        Require.between("atrium.event-loop.dead-after", config.deadAfter(), config.unreadyAfter(), MAX_DURATION);
        this.eventLoops = eventLoops;
        this.unreadyNanos = config.unreadyAfter().toNanos();
        this.deadNanos = config.deadAfter().toNanos();
    }

    /** Returns whether no event loop has been blocked for so long that new clients should go elsewhere. Any thread. */
    boolean isReady() {
        return eventLoops.blockedNanos() < unreadyNanos;
    }

    /** Returns whether no event loop has been blocked for so long that only a restart helps. Any thread. */
    boolean isLive() {
        return eventLoops.blockedNanos() < deadNanos;
    }

    void start(@Observes StartupEvent startup) {
        thread.setDaemon(true);
        thread.start();
    }

    void stop(@Observes ShutdownEvent shutdown) {
        stopped = true;
        LockSupport.unpark(thread);
    }

    private void watch() {
        while (!stopped) {
            long before = System.nanoTime();
            LockSupport.parkNanos(PERIOD_NANOS);
            // If this thread was late, too, the whole process slept, or had no processor.
            if (System.nanoTime() - before < unreadyNanos / 2) {
                log(eventLoops.findBlocked(unreadyNanos));
            }
        }
    }

    private void log(List<EventLoops.Blocked> blocked) {
        logged.retainAll(blocked.stream().map(EventLoops.Blocked::thread).toList());
        for (EventLoops.Blocked each : blocked) {
            if (logged.add(each.thread())) {
                Throwable stack = new Throwable("what it does");
                stack.setStackTrace(each.stack());
                LOG.warnf(stack,
                        "The event loop %s has been blocked for %d ms; its clients wait, new ones are refused, and the replica is not ready",
                        each.thread(), TimeUnit.NANOSECONDS.toMillis(each.nanos()));
            }
        }
    }
}
