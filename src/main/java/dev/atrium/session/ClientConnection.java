package dev.atrium.session;

import dev.atrium.room.WriteBatch;

/** Connection of a session, implemented by its transport. Called on the session's event loop only. */
public interface ClientConnection {

    SendQueue sendQueue();

    void ping();

    /**
     * Sends the reason to the client and closes the connection. The session has already ended.
     *
     * @param detail sent in place of the reason's own text by wire formats that have room for it
     */
    void close(CloseReason reason, String detail);

    /** A batch of deliveries has just been written for the client. On its event loop, during the call only. */
    default void delivered(WriteBatch batch) {
    }

    /** Sends the client the expiry of its token, in milliseconds since 1970, if the wire format supports it. */
    default void expiring(long expires) {
    }
}
