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
 * One event loop, as rooms see it: rooms that have something for members on this loop queue here, and one task per turn
 * hands it all over and then flushes each touched connection once. When idle nothing waits; under load each flush
 * carries what has queued.
 */
public final class DeliveryLoop {

    /** Rooms served before other work of the loop (reading sockets) gets its turn. */
    private static final int ROOMS_PER_TURN = 512;

    private static final long MAX_BACKLOG = 64L << 20;

    private final Executor executor;
    private final BooleanSupplier inLoop;
    private final Queue<RoomShard> ready = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong backlog = new AtomicLong();
    private long spoken;
    private boolean isLastRoom;
    private List<Runnable> flushes = new ArrayList<>();
    private List<Runnable> flushing = new ArrayList<>();

    /**
     * @param executor runs tasks on the event loop, one after the other, never inline
     * @param inLoop whether the calling thread is the loop's
     */
    public DeliveryLoop(Executor executor, BooleanSupplier inLoop) {
        this.executor = executor;
        this.inLoop = inLoop;
    }

    /** Runs the task on this loop: at once if the caller is on it, else in a later turn. Any thread. */
    public void run(Runnable task) {
        if (inLoop.getAsBoolean()) {
            task.run();
        } else {
            executor.execute(task);
        }
    }

    /**
     * Runs the flush at the end of this turn of the loop, or at once if nothing else is queued that could share it: to come
     * back to each of thousands of connections later would find it gone from the processor's caches. On the loop only; one call
     * per connection and turn.
     */
    public void flushLater(Runnable flush) {
        if (isLastRoom) {
            flush.run();
        } else {
            flushes.add(flush);
            schedule();
        }
    }

    /** Bytes that rooms have queued here and that members have not been handed yet. Any thread. */
    public long backlog() {
        return backlog.get();
    }

    /** Whether more is queued here than is good: publishers should be refused, or wait. Any thread. */
    public boolean isBehind() {
        return backlog.get() > MAX_BACKLOG;
    }

    /** How often a room has said something here. On the loop only. */
    public long spoken() {
        return spoken;
    }

    void speaks() {
        spoken++;
    }

    void ready(RoomShard members) {
        ready.add(members);
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
        try {
            RoomShard members;
            int left = ROOMS_PER_TURN;
            while (left-- > 0 && (members = ready.poll()) != null) {
                isLastRoom = ready.isEmpty() && flushes.isEmpty();
                members.deliver();
            }
            isLastRoom = false;
            flush();
        } finally {
            isLastRoom = false;
            scheduled.set(false);
            // What was queued while the flag was up scheduled nothing: look again, or it would wait for the next one.
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
            due.get(i).run();
        }
        due.clear();
    }
}
