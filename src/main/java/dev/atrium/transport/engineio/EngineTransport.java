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

    /** The client has sent its close packet: ends the transport. Returns false if a poll in transit is still to be answered. */
    boolean takeLeave();

    /** Returns whether the client fetches its packets by polls; only then can it upgrade. */
    default boolean isPolling() {
        return false;
    }

    /** Handles a GET; rejects it, unless this transport is polling. */
    default void poll(Exchange exchange) {
        exchange.refuse(EngineIoError.BAD_REQUEST);
    }

    /** Handles the headers of a POST, whose body follows; rejects it, unless this transport is polling. */
    default void beginPost(Exchange exchange) {
        exchange.refuse(EngineIoError.BAD_REQUEST);
    }

    /** Returns whether the client is not read because its messages wait for this connection's event loop. Any thread. */
    default boolean isHeld() {
        return false;
    }

    /** Rejects a POST whose body is malformed, and closes the connection only if it is polling. */
    default void malformedPost(Exchange exchange) {
        exchange.refuse(EngineIoError.BAD_REQUEST);
    }

    /** Handles the body of the POST that has begun; ignores any other. */
    default void post(Exchange exchange, byte[] body) {
    }

    /** The POST that has begun was answered with an error. */
    default void abandonPost(Exchange exchange) {
    }

    /** Returns whether a POST is still being received or processed. */
    default boolean isPosting() {
        return false;
    }

    /** Ends a waiting GET, if there is one; its client polls again. */
    default void release() {
    }

    /** Passes all queued packets but the close packet to the next transport's send queue. Returns whether it took all. */
    default boolean handOver(SendQueue next) {
        return true;
    }
}
