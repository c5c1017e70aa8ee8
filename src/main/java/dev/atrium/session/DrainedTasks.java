package dev.atrium.session;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Tasks of one session that wait until its client has read most of what it was sent. They have one timer together: a client
 * that joins a thousand rooms and reads nothing would cost a thousand. On the session's event loop.
 */
final class DrainedTasks {

    private static final long RECHECK_MILLIS = 10;

    private final EventLoop eventLoop;
    private final BooleanSupplier isOpen;
    private final BooleanSupplier isBehind;
    /** Null for none. */
    private Queue<Runnable> waiting;

    /**
     * @param isOpen whether the session is open: the tasks of one that has ended are dropped
     * @param isBehind whether its client has to read more first
     */
    DrainedTasks(EventLoop eventLoop, BooleanSupplier isOpen, BooleanSupplier isBehind) {
        this.eventLoop = eventLoop;
        this.isOpen = isOpen;
        this.isBehind = isBehind;
    }

    /** Runs the task in a later task of the event loop, once those before it have run and the client is not behind. */
    void add(Runnable task) {
        if (waiting != null) {
            waiting.add(task);
        } else if (isBehind.getAsBoolean()) {
            waiting = new ArrayDeque<>();
            waiting.add(task);
            recheck();
        } else {
            eventLoop.execute(task);
        }
    }

    private void recheck() {
        eventLoop.schedule(this::runNextIfDrained, RECHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void runNextIfDrained() {
        if (!isOpen.getAsBoolean()) {
            waiting = null;
        } else if (isBehind.getAsBoolean()) {
            recheck();
        } else {
            Runnable next = waiting.poll();
            if (waiting.isEmpty()) {
                waiting = null;
            } else {
                eventLoop.execute(this::runNextIfDrained);
            }
            next.run();
        }
    }
}
