package dev.atrium.backplane;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

/**
 * Keeps sessions while they are connected, and for a window after that, so that a client can resume: also when its replica
 * was killed. And ends sessions wherever they are. Any thread.
 */
public interface SessionStore {

    /** Ends a session of this replica. */
    @FunctionalInterface
    interface Host {

        /**
         * Ends a session, if it lives here. Any thread.
         *
         * @param resumed whether its client has come back on another connection
         * @return whether it was here, once it has ended
         */
        Uni<Boolean> end(String namespace, String sessionId, boolean resumed);
    }

    /** Says who ends the sessions of this replica. Called once, at the start. */
    void serve(Host host);

    /** How long a session waits for its client, in milliseconds; 0 if none is kept. */
    long windowMillis();

    /** A new secret for a session of this replica. */
    String newToken();

    /** Keeps a session of this replica, in place of what was kept for its token before. */
    Uni<Void> save(SavedSession session);

    /** Its connection is gone: it can be resumed for a while. */
    Uni<Void> release(String token);

    /** Its client will not come back. */
    Uni<Void> forget(String token);

    /**
     * Takes a session out, so that only one can have it, ends the connection that it may still have, and keeps it for this
     * replica, under a new token. The old one leads there for another window, for the client may never hear the answer.
     *
     * @return null if there is none, or not any more
     */
    default Uni<SavedSession> resume(String token) {
        return resume(token, Duration.ZERO);
    }

    /**
     * The same, for clients that go on with the old token.
     *
     * @param leads how long that one leads to the session, if that is longer than the window
     */
    Uni<SavedSession> resume(String token, Duration leads);

    /** Ends a session on whatever replica it is; says whether there was one. */
    Uni<Boolean> end(String namespace, String sessionId);
}
