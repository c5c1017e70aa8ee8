package dev.atrium.backplane;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

/**
 * Store of sessions: while they are connected, and for a window after that, so that a client can resume even if its replica was
 * killed. Also ends sessions on any replica. Any thread.
 */
public interface SessionStore {

    /** Callback that ends sessions of this replica. */
    @FunctionalInterface
    interface Host {

        /**
         * Ends a session if it is on this replica. Any thread.
         *
         * @param resumed whether its client has resumed on another connection
         * @return whether the session was on this replica, once it has ended
         */
        Uni<Boolean> end(String namespace, String sessionId, boolean resumed);
    }

    /** Registers the callback that ends sessions of this replica. Called once, at the start. */
    void serve(Host host);

    /** Returns how long a disconnected session can be resumed, in milliseconds; 0 if sessions are not kept. */
    long windowMillis();

    /** Returns a new resume token, a secret, for a session of this replica. */
    String newToken();

    /** Saves a session of this replica, replacing what was saved under its token before. */
    Uni<Void> save(SavedSession session);

    /** Marks a session as disconnected: it can be resumed within the window. */
    Uni<Void> release(String token);

    /** Deletes a session whose client will not resume. */
    Uni<Void> delete(String token);

    /**
     * Takes over a session exclusively: ends the connection that it may still have, and saves it on this replica under a new
     * token. The old token keeps leading to the session for another window, because the client may never receive the reply.
     *
     * @param user of the client that resumes; null for none
     * @return null if there is no such session, or no longer; one of another namespace or user as it was stored, and as it
     *         stays
     */
    Uni<SavedSession> resume(String token, String namespace, String user);

    /**
     * Makes an old token lead to a session for longer than the window, for clients that keep using it. It is forgotten earlier
     * if sessions take too much memory.
     *
     * @param session session that was resumed with the old token
     */
    Uni<Void> lead(String oldToken, SavedSession session, Duration ttl);

    /**
     * Returns whether a session of this replica has been taken over since {@link #resume} returned it under that token: two
     * connections may resume one session at once, and the second does not find the first until that has its id.
     */
    Uni<Boolean> isTakenOver(String token);

    /**
     * Deletes the sessions of a user that wait for their client. Over Redis neither those that begin within the next window can
     * be resumed, because a stored session does not tell when it began.
     *
     * @param namespace null for all namespaces
     */
    Uni<Void> revoke(String namespace, String user);

    /** Ends a session on whichever replica it is, or waits for its client; returns whether it existed. */
    Uni<Boolean> end(String namespace, String sessionId);
}
