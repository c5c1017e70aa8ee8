package dev.atrium.backplane.memory;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that the rooms of this process take, and its limit, in bytes. Any thread. */
final class HistoryMemory {

    /** Approximate bytes of a room without its messages. */
    static final int ROOM_BYTES = 1_000;

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    HistoryMemory(long limit) {
        this.limit = limit;
    }

    /** Adds bytes; negative ones were freed. */
    void add(long bytes) {
        used.addAndGet(bytes);
    }

    long used() {
        return used.get();
    }

    boolean isExceeded() {
        return used.get() > limit;
    }

    /** Returns whether enough is free for a while; freeing more each time makes it seldom. */
    boolean isRelieved() {
        return used.get() <= limit / 4 * 3;
    }
}
