package dev.atrium.session;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Turns in which the new connections of one event loop are read for the first time, while rooms deliver messages there. When a
 * replica fails, a thousand handshakes are there at once: read in one turn of the event loop, they would delay the connected
 * clients by some tenths of a second, long before the {@link HandshakeThrottle} sees the first of them. On its event loop only.
 */
final class FirstReads {

    /** Maximum number of first reads in one turn. */
    static final int PER_TURN = 8;

    /** A task without a delay could run again before the event loop has looked at its sockets. */
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final EventLoop eventLoop;
    private final RecentDeliveries deliveries;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int left;
    private boolean scheduled;

    FirstReads(EventLoop eventLoop, RecentDeliveries deliveries) {
        this.eventLoop = eventLoop;
        this.deliveries = deliveries;
    }

    /** Runs the task that begins to read: immediately, or in a later turn if many begin at once. */
    void begin(Runnable read) {
        if (waiting.isEmpty() && mayBegin()) {
            read.run();
        } else {
            waiting.add(read);
        }
    }

    private boolean mayBegin() {
        if (!scheduled) {
            if (!deliveries.areThere()) {
                // In turns a storm takes a tenth longer, and here it would be for nobody.
                return true;
            }
            scheduled = true;
            left = PER_TURN;
            eventLoop.schedule(this::nextTurn, PAUSE_NANOS, TimeUnit.NANOSECONDS);
        }
        return left-- > 0;
    }

    private void nextTurn() {
        scheduled = false;
        while (!waiting.isEmpty() && mayBegin()) {
            waiting.poll().run();
        }
    }
}
