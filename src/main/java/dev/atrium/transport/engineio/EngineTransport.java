package dev.atrium.transport.engineio;

import dev.atrium.session.CloseReason;
import dev.atrium.session.SendQueue;

/** Transport of an Engine.IO connection. On the connection's event loop only. */
interface EngineTransport {

    /** {@code polling} or {@code websocket}. */
    String name();

    /** The send queue. It takes whole frames in the format of RFC 6455; each frame is one packet. */
    SendQueue sendQueue();

    /** Holds packets of the client until {@link #resume}. */
    void pause();

    /** Passes on the held packets and continues. */
    void resume();

    /** The server has closed the connection: sends the client the close, and ends the transport. */
    void close(CloseReason reason);

    /** The connection has ended, and the client no longer listens: frees what the transport holds. */
    void discard();
}
