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
        // Copied, because the HTTP codec frames each chunk and may modify a buffer that other members share.
        byte[] copy = new byte[size];
        bytes.readBytes(copy);
        bytes.release();
        response.write(Buffer.buffer(copy)).onComplete(written -> pending.addAndGet(-size));
        return true;
    }

    @Override
    public long pendingBytes() {
        return pending.get();
    }
}
