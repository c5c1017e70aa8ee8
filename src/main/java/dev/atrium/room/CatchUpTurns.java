package dev.atrium.room;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Turns of one member's catch-ups: one at a time reads and hands over a page of missed messages. A client that resumes in a
 * thousand rooms would have a page of each in memory. On the member's event loop.
 */
public final class CatchUpTurns {

    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private Runnable holder;

    /** Returns whether a catch-up waits for its turn. */
    boolean isWaiting(Runnable catchUp) {
        return waiting.contains(catchUp);
    }

    /** Begins the turn of a catch-up, now or when those before it have left; each has one object for its turns. */
    void take(Runnable catchUp) {
        if (holder == null && waiting.isEmpty()) {
            holder = catchUp;
            catchUp.run();
        } else {
            waiting.add(catchUp);
        }
    }

    /**
     * Ends the turn of a catch-up, or its wait. The next one begins in a later task: a client that is gone leaves all of its
     * rooms in one, and each would read once more.
     */
    void leave(Runnable catchUp, DeliveryLoop loop) {
        waiting.remove(catchUp);
        if (holder == catchUp) {
            holder = null;
            loop.later(this::next);
        }
    }

    private void next() {
        if (holder == null && !waiting.isEmpty()) {
            holder = waiting.iterator().next();
            waiting.remove(holder);
            holder.run();
        }
    }
}
