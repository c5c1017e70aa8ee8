package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * The outbox of a connection that is a Netty channel of its own. Writes of one turn of the event loop leave in one flush at
 * its end.
 *
 * <p>The queue itself is Netty's. Used on the connection's event loop only, but {@link #pendingBytes}.
 */
public final class ChannelSendQueue implements SendQueue {

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
    public ChannelSendQueue(ChannelHandlerContext below, DeliveryLoop loop, long limit) {
        this.below = below;
        this.unsafe = below.channel().unsafe();
        this.loop = loop;
        this.limit = limit;
    }

    @Override
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

    /** With Netty's cost per write. */
    @Override
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
