package dev.atrium.transport.engineio;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The heartbeat of one connection: the server sends a ping, and only a pong shows that the client lives. On the connection's
 * event loop only.
 */
final class Liveness {

    private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final EngineSocket socket;
    private final EventLoop eventLoop;
    private final Duration interval;
    private final Duration timeout;
    private ScheduledFuture<?> timer;
    private long pingDue;

    Liveness(EngineSocket socket, EventLoop eventLoop, Duration interval, Duration timeout) {
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

    /** The client has answered. */
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
        // From when it was due: late timers would add up. And a little early, for whoever comes at that very moment.
        at(pingDue + timeout.toNanos() - EARLY_NANOS, this::missed);
    }

    private void missed() {
        if (socket.isPaused()) {
            // We do not read what it sends, so its silence is our own doing.
            at(System.nanoTime() + timeout.toNanos(), this::missed);
        } else {
            socket.heartbeatMissed();
        }
    }

    private void at(long nanoTime, Runnable task) {
        timer = eventLoop.schedule(task, nanoTime - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
}
