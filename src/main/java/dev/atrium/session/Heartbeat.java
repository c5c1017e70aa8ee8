package dev.atrium.session;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.TreeMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Heartbeat of all sessions of one event loop: detects clients that are gone without a FIN, and closes connections that have
 * reached their maximum age. Each session is checked about once per interval; if its client has sent something meanwhile the
 * check is postponed, so traffic costs a write to one field and no timer. Sessions due within the same {@value #STEP_MILLIS} ms
 * share one wake-up of the loop. Connections of Engine.IO have a heartbeat of their own, whose pongs count as traffic here.
 *
 * <p>
 * Used on its event loop only.
 */
final class Heartbeat {

    static final int STEP_MILLIS = 10;
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS);

    private final EventLoop eventLoop;
    private final long interval;
    private final long timeout;
    private final MaxConnectionAge maxAge;
    private final TreeMap<Long, Slot> slots = new TreeMap<>();
    private ScheduledFuture<?> wakeUp;
    private long wakeUpStep;

    Heartbeat(EventLoop eventLoop, Duration interval, Duration timeout, MaxConnectionAge maxAge) {
        this.eventLoop = eventLoop;
        this.interval = interval.toNanos();
        this.timeout = timeout.toNanos();
        this.maxAge = maxAge;
    }

    /** Starts to check a session, at a random time within the interval: sessions that connected together are pinged apart. */
    void watch(Beat beat) {
        long now = System.nanoTime();
        beat.lastReceived = now;
        beat.end = maxAge.end(now);
        put(beat, now + ThreadLocalRandom.current().nextLong(interval) + 1);
    }

    void unwatch(Beat beat) {
        if (beat.slot != null) {
            beat.slot.remove(beat);
            beat.slot = null;
        }
    }

    private void check(Beat beat, long now) {
        boolean first = beat.takeFirst();
        if (!beat.isOpen()) {
            return;
        }
        if (now >= beat.end) {
            beat.tooOld();
        } else if (beat.readingPaused) {
            // Reading from this client is paused, so its silence is no sign that it is gone.
            put(beat, now + interval);
        } else if (beat.pinged >= beat.lastReceived) {
            if (now >= deadline(beat)) {
                beat.missed();
            } else {
                put(beat, deadline(beat));
            }
        } else if (first || now - beat.lastReceived >= interval) {
            beat.pinged = now;
            beat.ping();
            put(beat, Math.min(now + interval, deadline(beat)));
        } else {
            put(beat, beat.lastReceived + interval);
        }
    }

    /**
     * Returns when a client has to have answered its ping. A ping that comes late, because this process slept, is no fault of
     * the client.
     */
    private long deadline(Beat beat) {
        return Math.max(beat.lastReceived + interval, beat.pinged) + timeout;
    }

    private void put(Beat beat, long when) {
        // Rounded up: an early check would find the deadline not reached and wait for another step.
        long step = Math.floorDiv(Math.min(when, beat.end) + STEP - 1, STEP);
        slots.computeIfAbsent(step, ignored -> new Slot()).add(beat);
        schedule(step);
    }

    private void schedule(long step) {
        if (wakeUp != null) {
            if (wakeUpStep <= step) {
                return;
            }
            wakeUp.cancel(false);
        }
        wakeUpStep = step;
        wakeUp = eventLoop.schedule(this::checkDue, step * STEP - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void checkDue() {
        wakeUp = null;
        long now = System.nanoTime();
        while (!slots.isEmpty() && slots.firstKey() * STEP <= now) {
            ArrayList<Beat> due = slots.pollFirstEntry().getValue().beats;
            due.forEach(beat -> beat.slot = null);
            due.forEach(beat -> check(beat, now));
        }
        if (!slots.isEmpty()) {
            schedule(slots.firstKey());
        }
    }

    /** Heartbeat of one session: its state, and how the session reacts. */
    abstract static class Beat {
        long lastReceived;
        long pinged;
        long end;
        boolean readingPaused;
        private boolean checked;
        private Slot slot;
        private int index;

        Beat() {
            pinged = System.nanoTime() - 1;
        }

        abstract boolean isOpen();

        abstract void ping();

        /** Ends the session: its client was silent for too long. */
        abstract void missed();

        /** Ends the session: its connection has reached the maximum age. */
        abstract void tooOld();

        private boolean takeFirst() {
            boolean first = !checked;
            checked = true;
            return first;
        }
    }

    /** Sessions that are due in the same step. Removing one needs no search. */
    private static final class Slot {
        private final ArrayList<Beat> beats = new ArrayList<>(1);

        void add(Beat beat) {
            beat.slot = this;
            beat.index = beats.size();
            beats.add(beat);
        }

        void remove(Beat beat) {
            Beat last = beats.remove(beats.size() - 1);
            if (last != beat) {
                beats.set(beat.index, last);
                last.index = beat.index;
            }
        }
    }
}
