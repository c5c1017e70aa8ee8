package dev.atrium.transport.engineio;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Frames that wait for the next poll, oldest first. They are in direct memory, which the budget of all send queues counts;
 * small ones are joined, because the objects of each would take more than its bytes. On the connection's event loop only.
 */
final class PendingFrames {

    /** Bytes up to which a frame is copied, also if other clients receive it, too. */
    private static final int SMALL_BYTES = 1_024;

    private static final int JOINED_BYTES = 16 * 1024;
    private static final int FIRST_BYTES = 256;

    private final Queue<ByteBuf> buffers = new ArrayDeque<>();
    /** The last of them, if more can be joined to it; else null. */
    private ByteBuf joined;

    /** Adds one frame or several, and releases them in any case. */
    void add(ByteBuf frames) {
        int size = frames.readableBytes();
        if (frames.isDirect() && size > SMALL_BYTES) {
            addApart(frames);
            return;
        }
        try {
            if (joined == null || joined.readableBytes() + size > JOINED_BYTES) {
                joined = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(FIRST_BYTES, size));
                buffers.add(joined);
            }
            joined.writeBytes(frames);
        } finally {
            frames.release();
        }
    }

    /** Adds a buffer that nothing is joined to. */
    void addApart(ByteBuf frames) {
        joined = null;
        buffers.add(frames);
    }

    boolean isEmpty() {
        return buffers.isEmpty();
    }

    /** Returns the oldest buffer, or null. */
    ByteBuf peek() {
        return buffers.peek();
    }

    /** Removes the oldest buffer, of one frame or several; null if there is none. */
    ByteBuf poll() {
        ByteBuf oldest = buffers.poll();
        if (oldest == joined) {
            joined = null;
        }
        return oldest;
    }

    void clear() {
        joined = null;
        buffers.forEach(ByteBuf::release);
        buffers.clear();
    }
}
