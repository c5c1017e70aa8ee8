package dev.atrium.transport.websocket;

import dev.atrium.gateway.ErrorReply;

/** Sender of the replies to commands of one session. On the connection's event loop. */
interface ReplySender {

    /** Sends a reply, if the command has a seq. */
    void reply(CommandFrame command, byte[] reply);

    /** Sends an error; for the client's own mistakes even without a seq. */
    void refuse(CommandFrame command, ErrorReply error);
}
