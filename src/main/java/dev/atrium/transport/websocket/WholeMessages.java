package dev.atrium.transport.websocket;

import dev.atrium.session.SendQueue;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The outbox of a connection on which the application sends, too: the application may send a message in fragments, and no other
 * message may come between those (RFC 6455 section 5.4). On the connection's event loop only, but {@link #pendingBytes}.
 */
final class WholeMessages implements SendQueue {

    private final SendQueue sendQueue;
    private final long limit;
    private final Queue<ByteBuf> held = new ArrayDeque<>();
    private volatile long heldBytes;
    private boolean fragmented;

    /** @param limit bytes that may wait for the end of a message */
    WholeMessages(SendQueue sendQueue, long limit) {
        this.sendQueue = sendQueue;
        this.limit = limit;
    }

    /** The application has sent a frame of a message. */
    void fragment(boolean last) {
        fragmented = !last;
        while (!fragmented && !held.isEmpty()) {
            ByteBuf bytes = held.poll();
            heldBytes -= bytes.readableBytes();
            sendQueue.offer(bytes);
        }
    }

    @Override
    public boolean offer(ByteBuf bytes) {
        if (!fragmented) {
            return sendQueue.offer(bytes);
        }
        if (heldBytes + bytes.readableBytes() > limit) {
            bytes.release();
            return false;
        }
        held.add(bytes);
        heldBytes += bytes.readableBytes();
        return true;
    }

    @Override
    public long pendingBytes() {
        return heldBytes + sendQueue.pendingBytes();
    }

    /** The connection is gone. */
    void drop() {
        held.forEach(ByteBuf::release);
        held.clear();
        heldBytes = 0;
    }
}
