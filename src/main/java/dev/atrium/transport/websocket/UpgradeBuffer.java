package dev.atrium.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Netty handler that holds what a client sends after a WebSocket handshake until the handshake is answered. While a token is
 * verified, or the handshake waits for its turn, the HTTP decoder would take these frames for a malformed request and discard
 * them. Its removal passes the bytes on: to the frame decoder, or to the HTTP decoder after a rejected handshake. On the
 * connection's event loop only.
 */
final class UpgradeBuffer extends ChannelInboundHandlerAdapter {

    /** Bytes above which reading stops until the handshake is answered. */
    private static final int READ_AHEAD = 64 * 1024;

    private final Queue<ByteBuf> held = new ArrayDeque<>(2);
    private int heldBytes;
    private boolean readingPaused;

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
