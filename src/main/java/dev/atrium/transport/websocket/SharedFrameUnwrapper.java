package dev.atrium.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/**
 * Netty handler that decodes ready-made shared frames, so that the permessage-deflate encoder can compress them. Only on
 * connections that have negotiated compression: each has its own compression context.
 */
final class SharedFrameUnwrapper extends ChannelOutboundHandlerAdapter {

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        // An empty buffer has no frame, but a promise: a connection is broken off when it is written.
        if (!(message instanceof ByteBuf frames) || !frames.isReadable()) {
            ctx.write(message, promise);
            return;
        }
        try {
            while (frames.isReadable()) {
                WebSocketFrame frame = next(frames);
                ctx.write(frame, frames.isReadable() ? ctx.newPromise() : promise);
            }
        } finally {
            frames.release();
        }
    }

    private static WebSocketFrame next(ByteBuf frames) {
        int opcode = frames.readByte() & 0x0F;
        ByteBuf payload = frames.readRetainedSlice(Frames.readLength(frames));
        return switch (opcode) {
            case Frames.TEXT -> new TextWebSocketFrame(payload);
            case Frames.BINARY -> new BinaryWebSocketFrame(payload);
            case Frames.PING -> new PingWebSocketFrame(payload);
            default -> new PongWebSocketFrame(payload);
        };
    }
}
