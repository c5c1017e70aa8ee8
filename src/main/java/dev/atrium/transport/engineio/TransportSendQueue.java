package dev.atrium.transport.engineio;

import dev.atrium.session.SendQueue;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/** Send queue of a connection's transport, also after an upgrade. On its event loop only, except {@link #pendingBytes}. */
record TransportSendQueue(Supplier<EngineTransport> transport) implements SendQueue {

    @Override
    public boolean offer(ByteBuf bytes) {
        return transport.get().sendQueue().offer(bytes);
    }

    @Override
    public boolean offerShared(ByteBuf bytes) {
        return transport.get().sendQueue().offerShared(bytes);
    }

    @Override
    public long pendingBytes() {
        return transport.get().sendQueue().pendingBytes();
    }
}
