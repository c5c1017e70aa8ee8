package dev.atrium.transport.engineio;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Heartbeat of one Engine.IO connection: the server sends pings, and only a pong counts as a sign of liveness. On the
 * connection's event loop only.
 */
final class EngineHeartbeat {

    private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final EngineSocket socket;
    private final EventLoop eventLoop;
    private final Duration interval;
    private final Duration timeout;
    private ScheduledFuture<?> timer;
    private long pingDue;

    EngineHeartbeat(EngineSocket socket, EventLoop eventLoop, Duration interval, Duration timeout) {
        this.socket = socket;
        this.eventLoop = eventLoop;
        this.interval = interval;
        this.timeout = timeout;
    }

    Duration interval() {
        return interval;
    }

    Duration timeout() {
        return timeout;
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
        socket.send(Packet.ping());
        // The timeout counts from when the ping was due, or delays of timers would add up. It ends slightly early, so that a
        // request at exactly that time finds the connection closed.
        at(pingDue + timeout.toNanos() - EARLY_NANOS, this::missed);
    }

    private void missed() {
        if (socket.isPaused()) {
            // Reading is paused, so a pong may wait unread.
            at(System.nanoTime() + timeout.toNanos(), this::missed);
        } else {
            socket.heartbeatMissed();
        }
    }

    private void at(long nanoTime, Runnable task) {
        timer = eventLoop.schedule(task, nanoTime - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
}
