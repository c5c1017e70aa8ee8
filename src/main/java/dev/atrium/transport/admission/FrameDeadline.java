package dev.atrium.transport.admission;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Guard of an HTTP/2 connection, in front of its codec: ends it, with the error ENHANCE_YOUR_CALM, when a frame, or a block of
 * headers in several frames, is not complete in time (RFC 9113 sections 4.1 and 4.3). Data has no deadline here:
 * {@link StreamBodies} has one for each body, and {@link UnreadStreams} one for each response. On the connection's event loop.
 */
final class FrameDeadline extends ChannelInboundHandlerAdapter {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 9;
    private static final int DATA = 0x0;
    private static final int HEADERS = 0x1;
    private static final int SETTINGS = 0x4;
    private static final int WINDOW_UPDATE = 0x8;
    private static final int CONTINUATION = 0x9;
    private static final int END_HEADERS = 0x4;

    private final SlowRequests limits;
    private final byte[] header = new byte[HEADER_BYTES];
    private int headerBytes;
    /** Bytes of the preface that are still expected. */
    private int preface;
    /** Bytes of the current frame that are still expected. */
    private int payload;
    private int type;
    private boolean inBlock;
    /** Frames, and blocks of headers, that were complete. */
    private long complete;
    private long completeBefore;
    private final UnfinishedHeaders unfinished;
    private ScheduledFuture<?> timer;

    private FrameDeadline(SlowRequests limits, UnfinishedHeaders unfinished, boolean prefaceExpected) {
        this.unfinished = unfinished;
        this.limits = limits;
        this.preface = prefaceExpected ? PREFACE.length : 0;
    }

    /**
     * Installs the handler at the beginning of a connection.
     *
     * @param prefaceExpected whether the client's preface has not passed yet
     */
    static void install(ChannelHandlerContext codec, SlowRequests limits, boolean prefaceExpected) {
        if (codec.pipeline().get(FrameDeadline.class) == null) {
            codec.pipeline().addBefore(codec.name(), null, new FrameDeadline(limits,
                    new UnfinishedHeaders(codec.channel(), limits.memory()), prefaceExpected));
            UnreadStreams.watch(codec.channel(), limits.responseMillis());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            long before = complete;
            parse(context, bytes);
            if (complete != before || !isIncomplete()) {
                unfinished.end();
            } else {
                unfinished.received(bytes.readableBytes(), 0);
            }
            watch(context);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        SlowReader.watch(context.channel(), limits.responseMillis());
        context.fireChannelWritabilityChanged();
    }

    private void parse(ChannelHandlerContext context, ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            int skipped = Math.min(end - at, preface > 0 ? preface : payload);
            if (preface > 0) {
                preface -= skipped;
            } else if (payload > 0) {
                payload -= skipped;
                frameReceived();
            } else {
                header[headerBytes++] = bytes.getByte(at);
                skipped = 1;
                headerReceived(context);
            }
            at += skipped;
        }
    }

    private void headerReceived(ChannelHandlerContext context) {
        if (headerBytes < HEADER_BYTES) {
            return;
        }
        headerBytes = 0;
        payload = (header[0] & 0xFF) << 16 | (header[1] & 0xFF) << 8 | header[2] & 0xFF;
        type = header[3];
        if (type == HEADERS || type == CONTINUATION) {
            inBlock = (header[4] & END_HEADERS) == 0;
        } else if (type == WINDOW_UPDATE || type == SETTINGS) {
            UnreadStreams.windowOpened(context.channel(), streamId());
        }
        frameReceived();
    }

    private int streamId() {
        return (header[5] & 0x7F) << 24 | (header[6] & 0xFF) << 16 | (header[7] & 0xFF) << 8 | header[8] & 0xFF;
    }

    private void frameReceived() {
        if (payload == 0 && !inBlock) {
            complete++;
        }
    }

    private boolean isIncomplete() {
        return headerBytes > 0 || payload > 0 && type != DATA || inBlock;
    }

    private void watch(ChannelHandlerContext context) {
        if (timer != null && (!isIncomplete() || complete != completeBefore)) {
            stop();
        }
        if (timer == null && isIncomplete() && limits.headerMillis() > 0) {
            completeBefore = complete;
            timer = context.executor().schedule(() -> expired(context), limits.headerMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void expired(ChannelHandlerContext context) {
        limits.missed(context.channel().remoteAddress());
        Http2ConnectionHandler codec = context.pipeline().get(Http2ConnectionHandler.class);
        ChannelHandlerContext to = context.pipeline().context(codec);
        codec.goAway(to, codec.connection().remote().lastStreamCreated(), Http2Error.ENHANCE_YOUR_CALM.code(),
                ByteBufUtil.writeUtf8(context.alloc(), "headers: not received in time"), to.newPromise());
        to.flush();
        context.close();
    }

    /**
     * Ignores the failed write of one stream: Vert.x writes some responses with a promise that reports it here, and would close
     * the connection because one stream of it was reset.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof Http2Exception.StreamException)) {
            context.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stop();
        unfinished.end();
        context.fireChannelInactive();
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
