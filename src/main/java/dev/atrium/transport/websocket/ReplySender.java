package dev.atrium.transport.websocket;

/** Sender of the replies to commands of one session. On the connection's event loop. */
interface ReplySender {

    /** Sends a reply, if the command has a seq. */
    void reply(CommandFrame command, byte[] reply);

    /** Sends the error reply for a failure; for the client's own mistakes even without a seq. */
    void refuse(CommandFrame command, Throwable failure);
}
