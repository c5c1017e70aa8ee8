package dev.atrium.transport.http;

import dev.atrium.session.SendQueue;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.atomic.AtomicLong;

/** Send queue of an endless response, HTTP/1.1 or HTTP/2. It counts the bytes that Vert.x has not written yet. */
final class ResponseSendQueue implements SendQueue {

    private final HttpServerResponse response;
    private final long limit;
    private final AtomicLong pending = new AtomicLong();

    ResponseSendQueue(HttpServerResponse response, long limit) {
        this.response = response;
        this.limit = limit;
    }

    @Override
    public boolean offer(ByteBuf bytes) {
        int size = bytes.readableBytes();
        if (response.ended() || response.closed()) {
            bytes.release();
            return true;
        }
        if (pending.get() > 0 && pending.get() + size > limit) {
            bytes.release();
            return false;
        }
        pending.addAndGet(size);
        // Not copied: a large message to a thousand streams would be a thousand large messages. Vert.x does not release what it
        // writes.
        response.write(Buffer.buffer(bytes)).onComplete(written -> {
            pending.addAndGet(-size);
            bytes.release();
        });
        return true;
    }

    @Override
    public long pendingBytes() {
        return pending.get();
    }
}
