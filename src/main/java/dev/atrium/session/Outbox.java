package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * What waits to be written to one connection, bounded in bytes: a client that does not read fills its own outbox and
 * nobody else's. Writes of one turn of the event loop leave in one flush at its end.
 *
 * <p>The queue itself is Netty's. Used on the connection's event loop only, but {@link #pendingBytes}.
 */
public final class Outbox {

    private final ChannelHandlerContext below;
    private final Channel.Unsafe unsafe;
    private final DeliveryLoop loop;
    private final long limit;
    private final Runnable flush = this::flush;
    private boolean dirty;

    /**
     * @param below writes go on from here towards the wire
     * @param limit bytes that may wait; a message that is larger by itself still passes when nothing waits
     */
    public Outbox(ChannelHandlerContext below, DeliveryLoop loop, long limit) {
        this.below = below;
        this.unsafe = below.channel().unsafe();
        this.loop = loop;
        this.limit = limit;
    }

    /**
     * Queues bytes ready for the wire, and releases them in any case.
     *
     * @return false if the outbox is full: the client is too slow and must go
     */
    public boolean offer(ByteBuf bytes) {
        if (exceedsLimit(bytes)) {
            // Much may have gathered in this turn alone: nobody is slow before the kernel has refused to take more.
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

    /** Bytes that wait, with Netty's cost per write. Any thread. */
    public long pendingBytes() {
        ChannelOutboundBuffer buffer = unsafe.outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    private boolean exceedsLimit(ByteBuf bytes) {
        long pending = pendingBytes();
        return pending > 0 && pending + bytes.readableBytes() > limit;
    }

    private void flush() {
        dirty = false;
        below.flush();
    }
}
