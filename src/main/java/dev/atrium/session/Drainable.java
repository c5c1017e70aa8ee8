package dev.atrium.session;

import java.util.List;

/** Pending requests on this replica that are not sessions, so that a drain can end them, too. Any thread. */
public interface Drainable {

    /** Returns one task per pending request, which ends it in such a way that its client reconnects and loses nothing. */
    List<Runnable> closeTasks();

    /** Returns the number of requests without a response so far. */
    int inFlight();
}
