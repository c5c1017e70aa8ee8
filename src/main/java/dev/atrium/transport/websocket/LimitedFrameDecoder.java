package dev.atrium.transport.websocket;

import dev.atrium.session.RequestMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import java.util.List;

/**
 * Frame decoder that rejects a message that is too large as soon as the header of a frame shows it, before the bytes of that
 * frame are buffered. Netty's own decoder knows the limit of a frame only, and Vert.x gives it the same limit on every path. On
 * the connection's event loop only.
 */
final class LimitedFrameDecoder extends WebSocket13FrameDecoder {

    private static final int OPCODE = 0x0F;
    private static final int CONTROL = 0x8;
    private static final int CONTINUATION = 0x0;

    /** Approximate bytes of the objects that keep a fragment until its message is whole; a byte can be one. */
    private static final int FRAGMENT_BYTES = 256;

    /** Fragments of a message after which Netty's aggregator copies them into one buffer. */
    private static final int MAX_FRAGMENTS = 1_024;

    /** Largest close code that a client may send (RFC 6455 section 7.4.2). */
    private static final int MAX_CLOSE_CODE = 4_999;

    private final SizeLimits limits;
    private final RequestMemory memory;
    /** Bytes of the current message in the frames received so far, and the current one. */
    private long messageBytes;
    /** Bytes of it in frames that have arrived whole. */
    private long wholeBytes;
    /** Number of these frames, without control frames and those of an empty beginning. */
    private int fragments;
    /** What the message takes of the memory of all requests; null before it is worth counting. */
    private RequestMemory.Share share;
    private boolean insideFrame;
    private boolean corrupt;

    /** @param compressed whether permessage-deflate was negotiated: without it a frame with the bit RSV1 is a protocol error */
    LimitedFrameDecoder(SizeLimits limits, boolean compressed, RequestMemory memory) {
        super(WebSocketDecoderConfig.newBuilder().maxFramePayloadLength(Integer.MAX_VALUE).allowExtensions(compressed)
                .closeOnProtocolViolation(false).build());
        this.limits = compressed ? limits.compressed() : limits;
        this.memory = memory;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (corrupt) {
            // Netty's decoder would skip what a client still sends byte by byte.
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            if (!insideFrame) {
                if (!isHeaderComplete(in)) {
                    return;
                }
                checkSize(in);
            }
            int before = out.size();
            super.decode(ctx, in, out);
            insideFrame = out.size() == before;
            if (!insideFrame) {
                wholeBytes = messageBytes;
                fragments = messageBytes == 0 ? 0 : fragments;
            }
        } catch (CorruptedWebSocketFrameException e) {
            corrupt = true;
            in.skipBytes(in.readableBytes());
            throw e;
        }
    }

    /** Gives a large message up at once, and not in a later turn, if its next bytes could take the last memory there is. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        super.channelRead(ctx, message);
        if (!corrupt && unfinished() >= RequestMemory.SMALL_BYTES && memory.isScarce()) {
            giveUp(ctx);
        }
    }

    private long unfinished() {
        return wholeBytes + (long) FRAGMENT_BYTES * fragments + actualReadableBytes();
    }

    /** Counts what has arrived of a message: many clients that never complete theirs would take the memory of all. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        if (!corrupt) {
            countUnfinished(ctx);
        }
        super.channelReadComplete(ctx);
    }

    private void countUnfinished(ChannelHandlerContext ctx) {
        if (share == null && unfinished() >= RequestMemory.SMALL_BYTES) {
            share = memory.share(ctx.executor(), () -> giveUp(ctx));
        }
        if ((long) FRAGMENT_BYTES * fragments >= RequestMemory.SMALL_BYTES) {
            if (!share.tryHold(unfinished())) {
                // Not in a later turn: in this one a thousand other clients can send as many fragments.
                giveUp(ctx);
            }
        } else if (share != null) {
            share.hold(unfinished());
        }
    }

    private void giveUp(ChannelHandlerContext ctx) {
        if (ctx.isRemoved()) {
            return;
        }
        corrupt = true;
        discardUnfinished(ctx);
        if (share != null) {
            share.release();
        }
        ctx.fireExceptionCaught(new CorruptedWebSocketFrameException(WebSocketCloseStatus.TRY_AGAIN_LATER,
                "too many messages are not complete"));
    }

    /** Releases the unfinished message now, and not when the closing handshake is over. */
    private void discardUnfinished(ChannelHandlerContext ctx) {
        internalBuffer().skipBytes(actualReadableBytes());
        try {
            // The decoder releases an empty buffer when it receives something.
            channelRead(ctx, Unpooled.EMPTY_BUFFER);
        } catch (Exception e) {
            ctx.fireExceptionCaught(e);
        }
        if (ctx.pipeline().get(WebSocketFrameAggregator.class) != null) {
            ctx.pipeline().remove(WebSocketFrameAggregator.class);
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        if (share != null) {
            share.release();
        }
    }

    /** Returns whether the next frame's header has arrived, up to its mask. */
    private static boolean isHeaderComplete(ByteBuf in) {
        int available = in.readableBytes();
        if (available < 2) {
            return false;
        }
        return switch (in.getByte(in.readerIndex() + 1) & 0x7F) {
            case Frames.LENGTH_16 -> available >= 4;
            case Frames.LENGTH_64 -> available >= 10;
            default -> true;
        };
    }

    /** @throws CorruptedWebSocketFrameException if the next frame or its message is too large */
    private void checkSize(ByteBuf in) {
        int first = in.getByte(in.readerIndex());
        if ((first & CONTROL) != 0) {
            return;
        }
        boolean continued = (first & OPCODE) == CONTINUATION;
        fragments = continued ? Math.min(fragments + 1, MAX_FRAGMENTS) : 0;
        long before = continued ? messageBytes : 0;
        // A negative length has its highest bit set, which is a protocol error that Netty's decoder reports.
        long length = payloadLength(in);
        if (length > limits.frame() || length > limits.message() - before) {
            throw new CorruptedWebSocketFrameException(WebSocketCloseStatus.MESSAGE_TOO_BIG,
                    "frame or message over the size limit");
        }
        wholeBytes = before;
        messageBytes = (first & Frames.FIN) == 0 ? before + length : 0;
    }

    private static long payloadLength(ByteBuf in) {
        int at = in.readerIndex();
        int length = in.getByte(at + 1) & 0x7F;
        return switch (length) {
            case Frames.LENGTH_16 -> in.getUnsignedShort(at + 2);
            case Frames.LENGTH_64 -> in.getLong(at + 2);
            default -> length;
        };
    }

    @Override
    protected void checkCloseFrameBody(ChannelHandlerContext ctx, ByteBuf body) {
        super.checkCloseFrameBody(ctx, body);
        if (body.readableBytes() >= 2 && body.getUnsignedShort(body.readerIndex()) > MAX_CLOSE_CODE) {
            throw new CorruptedWebSocketFrameException(WebSocketCloseStatus.PROTOCOL_ERROR, "close code above 4999");
        }
    }
}
