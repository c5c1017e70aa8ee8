package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Throttle of the handshakes, joins and resumptions on one event loop: a few run at a time, so that the connected clients are
 * hardly delayed when many connect at once. On its event loop only.
 */
final class HandshakeThrottle {

    /** Maximum number running at a time: enough to keep the loop busy during the round trips to Redis. */
    private static final int WIDTH = 8;

    /** Time for new connections at a stretch, after which other tasks of the event loop run first. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long STEP_ASIDE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** Pause between slices while rooms deliver messages on this loop: new connections then get a third of the time. */
    private static final long STEP_FAR_ASIDE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_MILLIS = 10_000;
    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final EventLoop eventLoop;
    private final DeliveryLoop delivery;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int inside;
    private volatile int present;
    private boolean due;
    private long sliceStart;
    private long spoken;
    private long lastSpoken = System.nanoTime() - SILENCE_NANOS;

    HandshakeThrottle(EventLoop eventLoop, DeliveryLoop delivery) {
        this.eventLoop = eventLoop;
        this.delivery = delivery;
    }

    /** Runs the work as soon as the throttle allows it. The work must complete on the event loop, or fail. */
    <T> Uni<T> pass(Supplier<Uni<T>> work) {
        if (inside < WIDTH && waiting.isEmpty() && hasTime()) {
            return enter(work);
        }
        return Uni.createFrom().<Void> emitter(turn -> {
            waiting.add(() -> turn.complete(null));
            count();
            if (!due && inside < WIDTH) {
                callNext();
            }
        }).chain(() -> enter(work));
    }

    /**
     * Returns whether the current slice has time left. Checked for work that completes at once, too: hundreds of handshakes can
     * be ready to be read in one turn of the event loop.
     */
    private boolean hasTime() {
        long now = System.nanoTime();
        if (now - sliceStart >= SLICE_NANOS + pause()) {
            sliceStart = now;
        }
        return now - sliceStart < SLICE_NANOS;
    }

    /** Returns how many are waiting or running. Any thread. */
    int present() {
        return present;
    }

    private void count() {
        present = inside + waiting.size();
    }

    private <T> Uni<T> enter(Supplier<Uni<T>> work) {
        inside++;
        count();
        Turn turn = new Turn();
        return Uni.createFrom().deferred(work::get).onTermination().invoke(turn::end);
    }

    /**
     * Permit of one running piece of work. Ends once, by itself after 10 s at the latest: permits that are never returned would
     * block all new connections.
     */
    private final class Turn {

        private final Future<?> patience = eventLoop.schedule(this::end, LONGEST_MILLIS, TimeUnit.MILLISECONDS);
        private boolean ended;

        void end() {
            if (!ended) {
                ended = true;
                patience.cancel(false);
                leave();
            }
        }
    }

    private void leave() {
        inside--;
        count();
        if (!due && !waiting.isEmpty()) {
            callNext();
        }
    }

    private void callNext() {
        due = true;
        if (System.nanoTime() - sliceStart < SLICE_NANOS) {
            // In a later task: a thousand that pass at once would nest a thousand stack frames.
            eventLoop.execute(this::next);
        } else {
            eventLoop.schedule(this::nextSlice, pause(), TimeUnit.NANOSECONDS);
        }
    }

    private long pause() {
        long now = System.nanoTime();
        if (delivery.spoken() != spoken) {
            spoken = delivery.spoken();
            lastSpoken = now;
        }
        return now - lastSpoken < SILENCE_NANOS ? STEP_FAR_ASIDE_NANOS : STEP_ASIDE_NANOS;
    }

    private void nextSlice() {
        sliceStart = System.nanoTime();
        next();
    }

    private void next() {
        due = false;
        Runnable turn = inside < WIDTH ? waiting.poll() : null;
        if (turn != null) {
            // A handshake that was cancelled while it waited does not count itself out.
            count();
            turn.run();
            if (!due && inside < WIDTH && !waiting.isEmpty()) {
                callNext();
            }
        }
    }
}
