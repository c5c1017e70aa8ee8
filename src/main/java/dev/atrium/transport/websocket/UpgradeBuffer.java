package dev.atrium.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Netty handler that holds what a client sends after a WebSocket handshake until the handshake is answered. While a token is
 * verified, or the handshake waits for its turn, the HTTP decoder would take these frames for a malformed request and discard
 * them. Its removal passes the bytes on: to the frame decoder, or to the HTTP decoder after a rejected handshake. On the
 * connection's event loop only.
 */
final class UpgradeBuffer extends ChannelDuplexHandler {

    /** Bytes above which reading stops until the handshake is answered. */
    private static final int READ_AHEAD = 64 * 1024;

    private static final ByteBuf SWITCHING_PROTOCOLS = Unpooled
            .unreleasableBuffer(Unpooled.copiedBuffer("HTTP/1.1 101", StandardCharsets.US_ASCII));

    private final boolean untilOpened;
    private final Queue<ByteBuf> held = new ArrayDeque<>(2);
    private int heldBytes;
    private boolean readingPaused;

    /**
     * @param untilOpened whether the endpoint removes the handler when it is open; if not, the handler removes itself after the
     *        response that accepts the handshake
     */
    UpgradeBuffer(boolean untilOpened) {
        this.untilOpened = untilOpened;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        boolean accepted = !untilOpened && message instanceof ByteBuf bytes && isAccepting(bytes);
        ctx.write(message, promise);
        if (accepted) {
            // The framework adds its handlers to the WebSocket right after it has written the response.
            ctx.executor().execute(() -> {
                if (!ctx.isRemoved()) {
                    ctx.pipeline().remove(this);
                }
            });
        }
    }

    private static boolean isAccepting(ByteBuf response) {
        int length = SWITCHING_PROTOCOLS.readableBytes();
        return response.readableBytes() >= length
                && ByteBufUtil.equals(response, response.readerIndex(), SWITCHING_PROTOCOLS, 0, length);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            held.add(bytes);
            heldBytes += bytes.readableBytes();
            if (heldBytes > READ_AHEAD && ctx.channel().config().isAutoRead()) {
                readingPaused = true;
                ctx.channel().config().setAutoRead(false);
            }
        } else {
            // The rest of the handshake's request.
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        boolean active = ctx.channel().isActive();
        boolean any = !held.isEmpty();
        for (ByteBuf bytes = held.poll(); bytes != null; bytes = held.poll()) {
            if (active) {
                ctx.fireChannelRead(bytes);
            } else {
                bytes.release();
            }
        }
        if (active && any) {
            ctx.fireChannelReadComplete();
        }
        if (readingPaused) {
            ctx.channel().config().setAutoRead(true);
        }
    }
}
