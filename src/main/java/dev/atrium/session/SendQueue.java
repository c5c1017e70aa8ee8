package dev.atrium.session;

import io.netty.buffer.ByteBuf;

/**
 * Queue of the bytes to write to one client, bounded: a client that does not read fills its own send queue only. Used on the
 * connection's event loop only, except {@link #pendingBytes}.
 */
public interface SendQueue {

    /**
     * Queues encoded bytes, and releases them in any case.
     *
     * @return false if the queue is full: the client is too slow and must be closed
     */
    boolean offer(ByteBuf bytes);

    /**
     * Queues encoded bytes that other clients receive, too: the caller keeps its reference, and releases it.
     *
     * @return as {@link #offer}
     */
    default boolean offerShared(ByteBuf bytes) {
        return offer(bytes.retainedDuplicate());
    }

    /** Returns the pending bytes. Any thread. */
    long pendingBytes();
}
