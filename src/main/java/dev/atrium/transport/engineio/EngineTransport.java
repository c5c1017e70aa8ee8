package dev.atrium.transport.engineio;

import dev.atrium.session.CloseReason;
import dev.atrium.session.SendQueue;

/** How a connection is carried now. On the connection's event loop only. */
interface EngineTransport {

    /** {@code polling} or {@code websocket}. */
    String name();

    /** Takes whole frames, in the form of RFC 6455, each of them one packet. */
    SendQueue sendQueue();

    /** Hands on no more packets until {@link #resume}. */
    void pause();

    /** Goes on with what has come meanwhile. */
    void resume();

    /** The connection has ended, by our will: tells the client. */
    void close(CloseReason reason);

    /** The connection has ended, and nobody is left to be told. */
    void discard();
}
