package dev.atrium.transport.engineio;

import dev.atrium.room.DeliveryLoop;
import dev.atrium.session.SendQueue;
import dev.atrium.transport.websocket.SocketConnection;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Send queue of a connection whose WebSocket lives on another event loop. The frames of one turn of the event loop are moved
 * over in one task. On the connection's event loop only, except {@link #pendingBytes}.
 */
final class RelaySendQueue implements SendQueue {

    private final SocketConnection connection;
    private final DeliveryLoop loop;
    private final long limit;
    private final Runnable overflowed;
    private final Runnable flush = this::flush;
    private final AtomicLong crossing = new AtomicLong();
    private List<ByteBuf> gathered = new ArrayList<>();

    /** @param overflowed called on the WebSocket's event loop if its client is too slow */
    RelaySendQueue(SocketConnection connection, DeliveryLoop loop, long limit, Runnable overflowed) {
        this.connection = connection;
        this.loop = loop;
        this.limit = limit;
        this.overflowed = overflowed;
    }

    @Override
    public boolean offer(ByteBuf bytes) {
        long pending = pendingBytes();
        if (pending > 0 && pending + bytes.readableBytes() > limit) {
            bytes.release();
            return false;
        }
        crossing.addAndGet(bytes.readableBytes());
        gathered.add(bytes);
        if (gathered.size() == 1) {
            loop.flushLater(flush);
        }
        return true;
    }

    @Override
    public long pendingBytes() {
        return crossing.get() + connection.sendQueue().pendingBytes();
    }

    /** Moves over at once what was gathered in this turn, so that what follows does not overtake it. */
    void flush() {
        if (gathered.isEmpty()) {
            return;
        }
        List<ByteBuf> crossed = gathered;
        gathered = new ArrayList<>();
        connection.eventLoop().execute(() -> {
            boolean taken = true;
            for (ByteBuf bytes : crossed) {
                int size = bytes.readableBytes();
                taken &= connection.sendQueue().offer(bytes);
                crossing.addAndGet(-size);
            }
            if (!taken) {
                overflowed.run();
            }
        });
    }
}
