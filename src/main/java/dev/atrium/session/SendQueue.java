package dev.atrium.session;

import io.netty.buffer.ByteBuf;

/**
 * What waits to be written to one client, bounded in bytes: a client that does not read fills its own outbox and nobody
 * else's. Used on the connection's event loop only, but {@link #pendingBytes}.
 */
public interface SendQueue {

    /**
     * Queues bytes ready for the wire, and releases them in any case.
     *
     * @return false if the outbox is full: the client is too slow and must go
     */
    boolean offer(ByteBuf bytes);

    /** Bytes that wait. Any thread. */
    long pendingBytes();
}
