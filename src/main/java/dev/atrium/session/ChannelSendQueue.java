package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Send queue of a connection with a Netty channel of its own. Writes of one turn of the event loop leave in one flush at its
 * end.
 *
 * <p>
 * The queue itself is Netty's outbound buffer. Used on the connection's event loop only, except {@link #pendingBytes}.
 */
public final class ChannelSendQueue implements SendQueue {

    /** Pending bytes of which a client is let have more, however little memory there is. */
    private static final int SCARCE_BYTES = 64 * 1024;

    private final ChannelHandlerContext below;
    private final Channel.Unsafe unsafe;
    private final DeliveryLoop loop;
    private final long limit;
    private final Runnable flush = this::flush;
    private boolean dirty;

    /**
     * @param below context whose {@code write} passes bytes on towards the socket
     * @param limit maximum number of pending bytes; a single larger message still passes if nothing is pending
     */
    public ChannelSendQueue(ChannelHandlerContext below, DeliveryLoop loop, long limit) {
        this.below = below;
        this.unsafe = below.channel().unsafe();
        this.loop = loop;
        this.limit = limit;
    }

    @Override
    public boolean offer(ByteBuf bytes) {
        if (exceedsLimit(bytes)) {
            // Much may have gathered in this turn alone: a client is slow only once the kernel accepts no more bytes for it.
            below.flush();
            if (exceedsLimit(bytes)) {
                bytes.release();
                return false;
            }
        }
        below.write(bytes, below.voidPromise());
        if (!dirty) {
            dirty = true;
            loop.flushLater(flush);
        }
        return true;
    }

    /**
     * Returns whether there is memory for so many bytes. Asked before a large buffer is allocated: the replies to a few hundred
     * clients that do not read would take what is left.
     */
    public boolean hasMemory(int bytes) {
        return bytes <= SCARCE_BYTES || !DirectMemory.isScarce();
    }

    /** Returns the pending bytes, including Netty's overhead per write. */
    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer buffer = unsafe.outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /**
     * While direct memory is scarce, a client that is behind at all gets no more: a few hundred replies would take the rest.
     */
    private boolean exceedsLimit(ByteBuf bytes) {
        long pending = pendingBytes();
        long all = pending + bytes.readableBytes();
        return pending > 0 && (all > limit || all > SCARCE_BYTES && DirectMemory.isScarce());
    }

    private void flush() {
        dirty = false;
        below.flush();
    }
}
