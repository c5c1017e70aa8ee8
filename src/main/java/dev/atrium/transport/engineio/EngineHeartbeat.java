package dev.atrium.transport.engineio;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Heartbeat of an Engine.IO connection: the server pings, and only a pong is a sign of liveness. On its event loop only. */
final class EngineHeartbeat {

    /** Delay of a ping that is longer than timers are late on a busy event loop. */
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final EventLoop eventLoop;
    private final Duration interval;
    private final Duration timeout;
    private final Runnable ping;
    private final BooleanSupplier paused;
    private final Runnable missed;
    private ScheduledFuture<?> timer;
    private long pingDue;

    /**
     * @param paused whether reading from the client is paused
     * @param missed called when no pong has come in time
     */
    EngineHeartbeat(EventLoop eventLoop, EngineSettings settings, Runnable ping, BooleanSupplier paused, Runnable missed) {
        this.eventLoop = eventLoop;
        this.interval = settings.pingInterval();
        this.timeout = settings.pingTimeout();
        this.ping = ping;
        this.paused = paused;
        this.missed = missed;
    }

    void begin() {
        pingDue = System.nanoTime() + interval.toNanos();
        at(pingDue, this::ping);
    }

    /** Restarts the interval after the client's pong. */
    void pong() {
        end();
        begin();
    }

    void end() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void ping() {
        ping.run();
        // The timeout counts from when the ping was due, or delays of timers would add up; but a process that slept meanwhile
        // must not blame its clients. It ends slightly early, so that a request at exactly that time finds the connection closed.
        long now = System.nanoTime();
        long from = now - pingDue > LATE_NANOS ? now : pingDue;
        at(from + timeout.toNanos() - EARLY_NANOS, this::missed);
    }

    private void missed() {
        if (paused.getAsBoolean()) {
            // Reading is paused, so a pong may wait unread.
            at(System.nanoTime() + timeout.toNanos(), this::missed);
        } else {
            missed.run();
        }
    }

    private void at(long nanoTime, Runnable task) {
        timer = eventLoop.schedule(task, nanoTime - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
}
