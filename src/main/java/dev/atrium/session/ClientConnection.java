package dev.atrium.session;

/** The connection of a session, as its transport implements it. Called on the session's event loop only. */
public interface ClientConnection {

    /** What is written to the client goes in here. */
    SendQueue sendQueue();

    /** Asks the client for a sign of life. */
    void ping();

    /**
     * Tells the client why and closes the connection. The session has already ended.
     *
     * @param detail in place of the reason's own text, for wires that have room for it
     */
    void close(CloseReason reason, String detail);

    /** Tells the client when its token expires, in milliseconds since 1970, if there is a way. */
    default void expiring(long expires) {
    }
}
