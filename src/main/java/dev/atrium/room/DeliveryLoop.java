package dev.atrium.room;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Delivery scheduler of one event loop. Rooms with deliveries for members on this loop queue here; one task per turn hands them
 * all over, and then flushes each connection for which more waits. An idle loop adds no delay; under load each flush carries
 * everything that has queued.
 */
public final class DeliveryLoop {

    /** Rooms served per turn, before other work of the loop (such as reading sockets) runs. */
    private static final int ROOMS_PER_TURN = 512;

    private static final System.Logger LOG = System.getLogger(DeliveryLoop.class.getName());
    private static final long MAX_BACKLOG = maxBacklog(Runtime.getRuntime().maxMemory());

    private final Executor executor;
    private final BooleanSupplier inLoop;
    private final BooleanSupplier memoryIsScarce;
    private final Queue<Runnable> ready = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong backlog = new AtomicLong();
    private long held;
    private long batches;
    private long turns;
    private List<Runnable> flushes = new ArrayList<>();
    private List<Runnable> flushing = new ArrayList<>();

    /**
     * @param executor runs tasks on the event loop, one after the other, never inline
     * @param inLoop whether the calling thread is the loop's
     * @param memoryIsScarce whether there is little memory left for what waits to be written; called from any thread
     */
    public DeliveryLoop(Executor executor, BooleanSupplier inLoop, BooleanSupplier memoryIsScarce) {
        this.executor = executor;
        this.inLoop = inLoop;
        this.memoryIsScarce = memoryIsScarce;
    }

    /** A tenth of a small heap: undelivered messages are in it, and so are the frames that are made of them. */
    static long maxBacklog(long heap) {
        return Math.min(64L << 20, heap / 10);
    }

    /** Runs the task on this loop: immediately if the caller is on it, otherwise in a later turn. Any thread. */
    public void run(Runnable task) {
        if (inLoop.getAsBoolean()) {
            task.run();
        } else {
            executor.execute(task);
        }
    }

    /** Runs the task on this loop in a later task of it, never inline. Any thread. */
    public void later(Runnable task) {
        executor.execute(task);
    }

    /** Runs the flush at the end of this turn of the loop. On the loop only; one call per connection and turn. */
    public void flushLater(Runnable flush) {
        flushes.add(flush);
        schedule();
    }

    /** Returns the bytes that rooms have queued here and that members have not received yet. Any thread. */
    public long backlog() {
        return backlog.get();
    }

    /**
     * Returns whether publications should be rejected or delayed: the backlog is over its limit, or there is little memory
     * left.
     * Any thread.
     */
    public boolean isBehind() {
        return backlog.get() > MAX_BACKLOG || memoryIsScarce.getAsBoolean();
    }

    /** Counts bytes of messages that a catch-up holds back, or does no longer. On the loop only. */
    void held(int bytes) {
        held += bytes;
    }

    /** Returns the bytes of messages that all catch-ups hold back. On the loop only. */
    long held() {
        return held;
    }

    /** Returns whether all catch-ups together hold back too much. On the loop only. */
    boolean holdsTooMuch() {
        return held > MAX_BACKLOG;
    }

    /** Returns how many batches rooms have delivered on this loop. On the loop only. */
    public long batches() {
        return batches;
    }

    /** Returns how many turns of rooms and flushes have begun. On the loop only. */
    public long turns() {
        return turns;
    }

    void countBatch() {
        batches++;
    }

    /** Queues one room's deliveries to its members on this loop, which the task hands over. Any thread. */
    void ready(Runnable deliver) {
        ready.add(deliver);
        schedule();
    }

    void queued(int bytes) {
        backlog.addAndGet(bytes);
    }

    private void schedule() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            executor.execute(this::turn);
        }
    }

    private void turn() {
        turns++;
        try {
            Runnable deliver;
            int left = ROOMS_PER_TURN;
            while (left-- > 0 && (deliver = ready.poll()) != null) {
                deliver.run();
            }
            flush();
        } finally {
            scheduled.set(false);
            // Rooms and flushes queued while the flag was set have scheduled no turn: without this check they would wait for
            // the next one.
            if (!ready.isEmpty() || !flushes.isEmpty()) {
                schedule();
            }
        }
    }

    private void flush() {
        List<Runnable> due = flushes;
        flushes = flushing;
        flushing = due;
        for (int i = 0; i < due.size(); i++) {
            try {
                due.get(i).run();
            } catch (RuntimeException e) {
                // Otherwise the flushes behind it would never run, and those before it in every turn again.
                LOG.log(System.Logger.Level.ERROR, "A connection was not flushed", e);
            }
        }
        due.clear();
    }
}
