package dev.atrium.transport.websocket;

import dev.atrium.room.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;

/** What the WebSocket formats share: frames are joined into one direct buffer, which the kernel reads without a copy. */
abstract class FrameFormat implements WireFormat<ByteBuf> {

    @Override
    public final ByteBuf join(List<byte[]> frames) {
        int size = 0;
        for (byte[] frame : frames) {
            size += frame.length;
        }
        ByteBuf joined = PooledByteBufAllocator.DEFAULT.directBuffer(size, size);
        for (byte[] frame : frames) {
            joined.writeBytes(frame);
        }
        return joined;
    }

    @Override
    public final void release(ByteBuf joined) {
        joined.release();
    }
}
