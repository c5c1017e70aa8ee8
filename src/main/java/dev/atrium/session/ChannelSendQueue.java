package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Send queue of a connection with a Netty channel of its own. The first delivery of a turn of the event loop is written to the
 * socket at once, if nothing waits before it; all else leaves in one flush at the end of the turn.
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
    private DirectSocket socket;
    private long writtenInTurn = -1;

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

    @Override
    public boolean offerShared(ByteBuf bytes) {
        int written = isFirstOfTurn() ? socket().write(bytes) : 0;
        int size = bytes.readableBytes();
        return written == size || offer(bytes.retainedSlice(bytes.readerIndex() + written, size - written));
    }

    /** Only one: a client in many busy rooms would cost a system call for each of them. */
    private boolean isFirstOfTurn() {
        ChannelOutboundBuffer buffer = unsafe.outboundBuffer();
        if (dirty || writtenInTurn == loop.turns() || buffer == null || buffer.totalPendingWriteBytes() > 0) {
            return false;
        }
        writtenInTurn = loop.turns();
        return true;
    }

    /** Looked for late: handlers of the handshake are in the pipeline until the connection is open. */
    private DirectSocket socket() {
        if (socket == null) {
            socket = DirectSocket.below(below);
        }
        return socket;
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

    /** While direct memory is scarce, a client that is behind gets no more: a few hundred replies would take the rest. */
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
