package dev.atrium.session;

/** The connection of a session, as its transport implements it. Called on the session's event loop only. */
public interface Wire {

    /** What is written to the client goes in here. */
    Outbox outbox();

    /** Asks the client for a sign of life. */
    void ping();

    /** Tells the client why and closes the connection. The session has already ended. */
    void close(CloseReason reason);
}
