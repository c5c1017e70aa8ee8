package dev.atrium.session;

import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Throttle of the handshakes, joins and resumptions on one event loop: a few run at a time, so that the connected clients are
 * hardly delayed when many connect at once; more of them while they wait for a Redis that is far away, and the loop for them.
 * On its event loop only.
 */
final class HandshakeThrottle {

    /** Number that may run at a time: enough to keep the loop busy during the round trips to a Redis nearby. */
    private static final int FEW = 8;

    /**
     * Number that may run at a time at the most. A resumption takes half a second if Redis is 50 ms away: with eight at a time
     * a thousand clients would wait for a minute, give up and come again. With many more the commands of a resumption, nine at
     * a time, would fill the queue of a Redis that is not far away but overloaded.
     */
    private static final int MANY = 64;

    /**
     * Time after which twice as many may run if each takes more than half of it, unless the loop is busy: its timers are late
     * then, and half as many may. With a Redis nearby they take less, and wait for the loop: more would delay its other
     * clients.
     */
    private static final long PERIOD_MILLIS = 100;
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** Time for new connections at a stretch, after which other tasks of the event loop run first. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** Pause between slices while rooms deliver messages on this loop: new connections then get a third of the time. */
    private static final long PAUSE_WHILE_DELIVERING_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long TIMEOUT_MILLIS = 10_000;

    private final EventLoop eventLoop;
    private final RecentDeliveries deliveries;
    private final LongSupplier nanoTime;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;
    private int maxRunning = FEW;
    private boolean isAdapting;
    private int endedInPeriod;
    private volatile int newConnections;
    private boolean scheduled;
    private long sliceStart;

    HandshakeThrottle(EventLoop eventLoop, RecentDeliveries deliveries, LongSupplier nanoTime) {
        this.eventLoop = eventLoop;
        this.deliveries = deliveries;
        this.nanoTime = nanoTime;
    }

    /** Runs the work as soon as the throttle allows it. The work must complete on the event loop, or fail. */
    <T> Uni<T> pass(Supplier<Uni<T>> work) {
        if (running < maxRunning && waiting.isEmpty() && hasTime()) {
            return run(work);
        }
        return Uni.createFrom().<Void> emitter(emitter -> {
            waiting.add(() -> emitter.complete(null));
            count();
            if (!isAdapting) {
                adaptLater();
            }
            if (!scheduled && running < maxRunning) {
                scheduleNext();
            }
        }).chain(() -> run(work));
    }

    /**
     * Returns whether the current slice has time left. Checked for work that completes at once, too: hundreds of handshakes can
     * be ready to be read in one turn of the event loop.
     */
    private boolean hasTime() {
        long now = nanoTime.getAsLong();
        if (now - sliceStart >= SLICE_NANOS + pause()) {
            sliceStart = now;
        }
        return now - sliceStart < SLICE_NANOS;
    }

    /** Returns how many are waiting or running. Any thread. */
    int newConnections() {
        return newConnections;
    }

    private void count() {
        newConnections = running + waiting.size();
    }

    private <T> Uni<T> run(Supplier<Uni<T>> work) {
        running++;
        count();
        Permit permit = new Permit();
        return Uni.createFrom().deferred(work::get).onTermination().invoke(permit::end);
    }

    /** Permit of one running piece of work, for 10 s at most: a permit that is never returned would block new connections. */
    private final class Permit {

        private final Future<?> timeout = eventLoop.schedule(this::end, TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        private boolean ended;

        void end() {
            if (!ended) {
                ended = true;
                timeout.cancel(false);
                release();
            }
        }
    }

    private void release() {
        running--;
        endedInPeriod++;
        count();
        if (!scheduled && !waiting.isEmpty()) {
            scheduleNext();
        }
    }

    private void adaptLater() {
        isAdapting = true;
        endedInPeriod = 0;
        long due = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);
        eventLoop.schedule(() -> adapt(nanoTime.getAsLong() - due), PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void adapt(long lateNanos) {
        isAdapting = false;
        if (waiting.isEmpty()) {
            maxRunning = FEW;
            return;
        }
        if (lateNanos > LATE_NANOS) {
            maxRunning = Math.max(FEW, maxRunning / 2);
        } else if (running >= maxRunning && endedInPeriod < 2 * maxRunning) {
            maxRunning = Math.min(MANY, maxRunning * 2);
            if (!scheduled && running < maxRunning) {
                scheduleNext();
            }
        }
        adaptLater();
    }

    private void scheduleNext() {
        scheduled = true;
        if (nanoTime.getAsLong() - sliceStart < SLICE_NANOS) {
            // In a later task: a thousand that pass at once would nest a thousand stack frames.
            eventLoop.execute(this::next);
        } else {
            eventLoop.schedule(this::nextSlice, pause(), TimeUnit.NANOSECONDS);
        }
    }

    private long pause() {
        return deliveries.areThere() ? PAUSE_WHILE_DELIVERING_NANOS : PAUSE_NANOS;
    }

    private void nextSlice() {
        sliceStart = nanoTime.getAsLong();
        next();
    }

    private void next() {
        scheduled = false;
        Runnable first = running < maxRunning ? waiting.poll() : null;
        if (first != null) {
            // A handshake that was cancelled while it waited does not count itself out.
            count();
            first.run();
            if (!scheduled && running < maxRunning && !waiting.isEmpty()) {
                scheduleNext();
            }
        }
    }
}
