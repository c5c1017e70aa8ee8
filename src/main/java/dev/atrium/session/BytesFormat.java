package dev.atrium.session;

import dev.atrium.room.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;

/** Base class of wire formats that write bytes: joins them into one direct buffer, which the kernel reads without a copy. */
public abstract class BytesFormat implements WireFormat<ByteBuf> {

    @Override
    public final ByteBuf join(List<byte[]> encoded) {
        int size = 0;
        for (byte[] bytes : encoded) {
            size += bytes.length;
        }
        ByteBuf joined = PooledByteBufAllocator.DEFAULT.directBuffer(size, size);
        for (byte[] bytes : encoded) {
            joined.writeBytes(bytes);
        }
        return joined;
    }

    @Override
    public final void release(ByteBuf joined) {
        joined.release();
    }
}
