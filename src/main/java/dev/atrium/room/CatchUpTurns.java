package dev.atrium.room;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Turns of one member's catch-ups: one at a time reads and hands over a page of missed messages. A client that resumes in a
 * thousand rooms would have a page of each in memory. On the member's event loop.
 */
public final class CatchUpTurns {

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean taken;

    /** Runs the work when it is its turn; it ends with {@link #release}. */
    void take(Runnable work) {
        if (taken) {
            waiting.add(work);
        } else {
            taken = true;
            work.run();
        }
    }

    /** Ends a turn, and begins the next one. */
    void release() {
        Runnable next = waiting.poll();
        taken = next != null;
        if (taken) {
            next.run();
        }
    }
}
