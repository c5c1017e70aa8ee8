package dev.atrium.backplane.redis;

import dev.atrium.backplane.SavedSession;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Disconnected sessions whose release Redis has not taken, and which are released again when it does. Bounded in bytes: Redis
 * may refuse writes for hours, while clients come and go. On the backplane's event loop only.
 */
final class UnpublishedReleases {

    private static final int HEAP_PERCENT = 5;

    private final long mostBytes;
    private final Runnable forgotten;
    private final Queue<SavedSession> sessions = new ArrayDeque<>();
    private long bytes;

    /**
     * @param heap bytes
     * @param forgotten called when a session is forgotten, which its client can then not resume
     */
    UnpublishedReleases(long heap, Runnable forgotten) {
        this.mostBytes = heap / 100 * HEAP_PERCENT;
        this.forgotten = forgotten;
    }

    /** Adds a session; those that have been disconnected the longest are forgotten if all take too much memory. */
    void add(SavedSession session) {
        sessions.add(session);
        bytes += session.bytes();
        while (bytes > mostBytes) {
            bytes -= sessions.remove().bytes();
            forgotten.run();
        }
    }

    /** Returns the sessions, in the order in which they were added, and removes them. */
    List<SavedSession> takeAll() {
        List<SavedSession> all = List.copyOf(sessions);
        sessions.clear();
        bytes = 0;
        return all;
    }
}
