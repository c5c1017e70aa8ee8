package dev.atrium.session;

import dev.atrium.setting.Require;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Memory budget of all send queues together: each is within its own limit, but a thousand clients that do not read would take
 * the memory of all. The budget counts direct memory that is really allocated, because the clients of a room share the bytes
 * of its messages. The slowest clients are closed first.
 */
@Singleton
public final class SendQueueBudget {

    private static final Logger LOG = Logger.getLogger(SendQueueBudget.class);

    private static final long PERIOD_MILLIS = 100;
    /** Queues with less are not worth closing. */
    private static final long SMALL_BYTES = 64 * 1024;

    /**
     * Number of checks during which the bytes of a closed client count as freed, because its connection takes a moment to end.
     * Not for longer: the clients of a room share the bytes of its messages.
     */
    private static final int LEAVING_CHECKS = 5;

    private final Sessions sessions;
    private final long limit;
    private List<Leaving> leaving = List.of();
    private long checks;
    private Future<?> timer;

    /** @throws ConfigurationException naming the invalid setting */
    @Inject
    SendQueueBudget(Sessions sessions) {
        this(sessions, limit(sessions.config().outbox().memoryPercent()));
    }

    SendQueueBudget(Sessions sessions, long limit) {
        this.sessions = sessions;
        this.limit = limit;
    }

    private static long limit(int percent) {
        Require.between("atrium.outbox.memory-percent", percent, 10, 85);
        return DirectMemory.max() / 100 * percent;
    }

    void start(@Observes StartupEvent startup, Vertx vertx) {
        timer = vertx.nettyEventLoopGroup().next().scheduleWithFixedDelay(this::check, PERIOD_MILLIS, PERIOD_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** In dev mode the event loops outlive the application, and the timer would keep its sessions. */
    void stop(@Observes ShutdownEvent shutdown) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void check() {
        check(DirectMemory.used());
    }

    void check(long used) {
        checks++;
        leaving = leaving.stream().filter(each -> checks <= each.lastCheck && each.session.pendingBytes() > 0).toList();
        long excess = excess(used, limit) - leaving.stream().mapToLong(each -> each.session.pendingBytes()).sum();
        if (excess <= 0) {
            return;
        }
        List<Session> behind = sessions.all().stream().filter(session -> session.pendingBytes() > SMALL_BYTES).toList();
        List<Session> slowest = slowest(behind, Session::pendingBytes, excess);
        if (!slowest.isEmpty()) {
            LOG.warnf("All send queues together take too much memory; the %d slowest clients are closed", slowest.size());
            slowest.forEach(session -> session.closeSoon(CloseReason.SLOW_CONSUMER));
            leaving = Stream.concat(leaving.stream(),
                    slowest.stream().map(session -> new Leaving(session, checks + LEAVING_CHECKS))).toList();
        }
    }

    /** Returns how much has to be freed, with a quarter in reserve, so that it is not just a moment; 0 below the limit. */
    static long excess(long used, long limit) {
        return used <= limit ? 0 : used - limit / 4 * 3;
    }

    /** Returns those with the most bytes, as many as have that many bytes together. */
    static <T> List<T> slowest(List<T> all, ToLongFunction<T> bytes, long excess) {
        // Each is read once: sorted while they change, they could end the sort with an exception, and with it the timer.
        List<Queue<T>> queues = all.stream().map(each -> new Queue<>(each, bytes.applyAsLong(each)))
                .sorted(Comparator.<Queue<T>> comparingLong(Queue::bytes).reversed()).toList();
        List<T> slowest = new ArrayList<>();
        long left = excess;
        for (Queue<T> each : queues) {
            if (left <= 0) {
                break;
            }
            slowest.add(each.owner);
            left -= each.bytes;
        }
        return slowest;
    }

    private record Leaving(Session session, long lastCheck) {
    }

    private record Queue<T>(T owner, long bytes) {
    }
}
