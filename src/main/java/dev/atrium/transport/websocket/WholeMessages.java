package dev.atrium.transport.websocket;

import dev.atrium.session.SendQueue;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Send queue of a connection on which the application sends, too. While the application sends a message in fragments, other
 * messages are held: none may come between fragments (RFC 6455 section 5.4). On the connection's event loop only, except
 * {@link #pendingBytes}.
 */
final class WholeMessages implements SendQueue {

    private final SendQueue sendQueue;
    private final long limit;
    private final Queue<ByteBuf> held = new ArrayDeque<>();
    private volatile long heldBytes;
    private boolean fragmented;

    /** @param limit maximum bytes held until the end of a fragmented message */
    WholeMessages(SendQueue sendQueue, long limit) {
        this.sendQueue = sendQueue;
        this.limit = limit;
    }

    /** Records a frame that the application has sent, and sends the held messages after the last fragment. */
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

    /** Releases the held messages, because the connection is closed. */
    void drop() {
        held.forEach(ByteBuf::release);
        held.clear();
        heldBytes = 0;
    }
}
