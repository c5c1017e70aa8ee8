package dev.atrium.session;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The event loops of this replica, and how far each of them lags. Any thread. */
@Singleton
public final class EventLoops {

    /** Delay of its timer that is no sign of a blocked loop. */
    private static final long LAG_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final List<Loop> loops = new CopyOnWriteArrayList<>();
    /** Event loops that the watchdog has found blocked. */
    private volatile List<Loop> blocked = List.of();

    private record Loop(SingleThreadEventExecutor executor, LoopLag lag) {
    }

    /** A task that blocks an event loop. */
    public record Blocked(String thread, long nanos, StackTraceElement[] stack) {
    }

    void start(@Observes StartupEvent startup, Vertx vertx) {
        watch(vertx.nettyEventLoopGroup());
    }

    /** In dev mode the event loops outlive the application. */
    void stop(@Observes ShutdownEvent shutdown) {
        loops.forEach(loop -> loop.lag.stop());
        loops.clear();
        // It would be blocked for ever, because nothing measures it any more.
        blocked = List.of();
    }

    public void watch(Iterable<EventExecutor> all) {
        for (EventExecutor each : all) {
            LoopLag lag = new LoopLag(System::nanoTime);
            lag.watch(each);
            loops.add(new Loop((SingleThreadEventExecutor) each, lag));
        }
    }

    /** Returns the lag of the slowest event loop, in nanoseconds, including that of a task that blocks it at the moment. */
    public long lagNanos() {
        return loops.stream().mapToLong(loop -> loop.lag.nanos()).max().orElse(0);
    }

    /** Returns how long the event loop has been blocked that has been blocked the longest, in nanoseconds. */
    public long blockedNanos() {
        return loops.stream().mapToLong(loop -> loop.lag.blockedNanos()).max().orElse(0);
    }

    /** Finds the event loops that have been blocked for longer, or have ended. They get no new connection until they run. */
    public List<Blocked> findBlocked(long nanos) {
        List<Loop> found = loops.stream().filter(loop -> loop.lag.blockedNanos() > nanos).toList();
        blocked = found;
        return found.stream().map(loop -> new Blocked(loop.executor.threadProperties().name(), loop.lag.blockedNanos(),
                loop.executor.threadProperties().stackTrace())).toList();
    }

    /** Returns whether an event loop is one of those that were found blocked, and still does not run. Any thread. */
    public boolean isBlocked(EventExecutor loop) {
        return blocked.stream().anyMatch(each -> each.executor == loop && each.lag.blockedNanos() > LAG_NANOS);
    }

    /** Returns whether the lag of an event loop was above the threshold twice in a row. */
    boolean isLagLasting(long nanos) {
        return loops.stream().anyMatch(loop -> loop.lag.isLasting(nanos));
    }
}
