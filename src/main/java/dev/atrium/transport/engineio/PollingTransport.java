package dev.atrium.transport.engineio;

import dev.atrium.room.DeliveryLoop;
import dev.atrium.session.CloseReason;
import dev.atrium.session.RequestMemory;
import dev.atrium.session.SendQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;

/**
 * HTTP long-polling: packets for the client wait for its next GET, of which there is one at a time, and the client's packets
 * come in {@link PollingPosts}. On the connection's event loop only.
 */
final class PollingTransport implements EngineTransport, SendQueue {

    /** Milliseconds to wait for the repetition of a poll after the replica that had forwarded it is gone. */
    private static final long REPEAT_MILLIS = 1_000;

    /** Bytes that may wait while direct memory is scarce. */
    private static final int SCARCE_BYTES = 64 * 1024;

    private final EngineSocket socket;
    private final PollingPosts posts;
    private final DeliveryLoop loop;
    private final long limit;
    private final Runnable flush = this::flush;
    private final PendingFrames queue = new PendingFrames();
    private final RequestMemory memory;
    private volatile long pending;
    private boolean dirty;
    private boolean closing;
    /**
     * The close packet, which has a payload of its own: in one payload with a DISCONNECT of Socket.IO the stock client handles
     * it first, and connects again. Null before it is queued, and after a failure, when there is no next payload.
     */
    private ByteBuf end;
    private Exchange poll;
    /** The last poll and its response, kept at most until the next poll shows that the response has arrived. */
    private Exchange answered;
    private byte[] given;
    private RequestMemory.Share kept;
    private String handshakeStamp;

    /** @param limit maximum bytes that wait for the client's next GET */
    PollingTransport(EngineSocket socket, DeliveryLoop loop, RequestMemory memory, long limit) {
        this.memory = memory;
        this.socket = socket;
        this.posts = new PollingPosts(socket, this);
        this.loop = loop;
        this.limit = limit;
    }

    /** Answers the handshake with the first packets. */
    void open(Exchange handshake) {
        handshakeStamp = handshake.stamp();
        poll(handshake);
    }

    @Override
    public String name() {
        return "polling";
    }

    @Override
    public SendQueue sendQueue() {
        return this;
    }

    @Override
    public boolean offer(ByteBuf bytes) {
        long all = pending + bytes.readableBytes();
        if (pending > 0 && all > limit || all > SCARCE_BYTES && memory.isScarce()) {
            bytes.release();
            return false;
        }
        queue.add(bytes);
        pending = all;
        if (poll != null && !dirty) {
            dirty = true;
            loop.flushLater(flush);
        }
        return true;
    }

    @Override
    public long pendingBytes() {
        return pending;
    }

    @Override
    public boolean isPolling() {
        return true;
    }

    @Override
    public void poll(Exchange exchange) {
        if (isRepetition(exchange, answered)) {
            repeat(exchange);
            return;
        }
        if (poll != null && !isRepetition(exchange, poll)) {
            // Two polls at a time are a protocol error: the client could not be sure to receive every packet on either.
            answer(packet(Packet.CLOSE));
            exchange.refuseSecond();
            socket.lost(this, CloseReason.PROTOCOL_ERROR);
            return;
        }
        if (poll != null) {
            // Its forwarder may hang, and not be gone: the first request would hold its connection for good.
            poll.reset();
        }
        poll = exchange;
        answered = null;
        forgetGiven();
        exchange.whenGone(() -> socket.eventLoop().execute(() -> abandoned(exchange)));
        if (!queue.isEmpty()) {
            flush();
        }
    }

    private boolean isRepetition(Exchange exchange, Exchange earlier) {
        return isRecognizable(exchange) && exchange.repeats(earlier);
    }

    /**
     * Returns whether a repetition of a poll could be recognized. A client that sends the stamp of its handshake again always
     * sends the same one, and would be given its first payload for ever.
     */
    private boolean isRecognizable(Exchange exchange) {
        return exchange.stamp() != null && !exchange.stamp().equals(handshakeStamp);
    }

    private void abandoned(Exchange exchange) {
        if (exchange.isForwarded() && isRecognizable(exchange)) {
            // The forwarding replica may be gone, rather than the client.
            socket.eventLoop().schedule(() -> lost(exchange), REPEAT_MILLIS, TimeUnit.MILLISECONDS);
        } else if (poll == exchange) {
            lost(exchange);
        }
    }

    private void lost(Exchange exchange) {
        if (poll == exchange || answered == exchange) {
            poll = null;
            socket.lost(this, CloseReason.CONNECTION_LOST);
        }
    }

    @Override
    public void beginPost(Exchange exchange) {
        posts.begin(exchange);
    }

    @Override
    public void abandonPost(Exchange exchange) {
        posts.abandon(exchange);
    }

    @Override
    public void post(Exchange exchange, byte[] body) {
        posts.received(exchange, body);
    }

    @Override
    public void malformedPost(Exchange exchange) {
        posts.malformed(exchange);
    }

    @Override
    public boolean isPosting() {
        return posts.areThere();
    }

    @Override
    public void pause() {
        // The posts look for the pause before each packet.
    }

    @Override
    public void resume() {
        posts.next();
    }

    /** Ends a waiting poll with a noop packet. */
    @Override
    public void release() {
        if (poll != null) {
            answer(packet(Packet.NOOP));
        }
    }

    @Override
    public boolean handOver(SendQueue next) {
        if (poll != null) {
            // Clients end their last poll before they upgrade: this one was sent after that, and is invalid.
            Exchange late = poll;
            poll = null;
            late.refuse(EngineIoError.BAD_REQUEST);
        }
        boolean taken = true;
        for (ByteBuf bytes; (bytes = queue.poll()) != null;) {
            if (bytes != end) {
                taken &= next.offer(bytes);
            }
        }
        pending = 0;
        forgetGiven();
        return taken;
    }

    @Override
    public void close(CloseReason reason) {
        closing = true;
        ByteBuf close = Unpooled.wrappedBuffer(Packet.CLOSE_FRAME);
        end = reason == CloseReason.NORMAL ? close : null;
        // Added without offer(): the close packet must be sent even if the queue is full.
        queue.addApart(close);
        if (poll != null) {
            flush();
        } else if (!socket.isOpen() && reason != CloseReason.NORMAL) {
            drop();
        }
        if (reason != CloseReason.NORMAL) {
            // Else its body is awaited: after an error, before it has fetched the close packet, a client would connect again.
            posts.refuseArriving();
        }
        posts.finish();
    }

    @Override
    public boolean takeLeave() {
        drop();
        if (poll != null) {
            release();
            return true;
        }
        closing = true;
        queue.addApart(Unpooled.wrappedBuffer(Packet.NOOP_FRAME));
        return false;
    }

    @Override
    public void discard() {
        release();
        posts.refuseArriving();
        posts.finish();
        drop();
    }

    private void drop() {
        forgetGiven();
        queue.clear();
        pending = 0;
    }

    private void flush() {
        dirty = false;
        if (poll == null || queue.isEmpty()) {
            return;
        }
        ByteBuf payload = Unpooled.buffer();
        do {
            ByteBuf bytes = queue.poll();
            Payload.append(bytes, payload);
            bytes.release();
        } while (!queue.isEmpty() && queue.peek() != end);
        pending = 0;
        answer(payload);
        if (closing && queue.isEmpty()) {
            forgetGiven();
            socket.gone();
        }
    }

    private void answer(ByteBuf payload) {
        answered = poll;
        poll = null;
        if (isRecognizable(answered)) {
            keep(ByteBufUtil.getBytes(payload));
        }
        answered.packets(payload);
    }

    /** Keeps a payload until the next poll. Large ones are in the memory of all requests, where the oldest give way. */
    private void keep(byte[] payload) {
        given = payload;
        kept = answered.share(socket.eventLoop(), () -> {
            if (given == payload) {
                forgetGiven();
            }
        });
        kept.hold(payload.length);
    }

    private void forgetGiven() {
        given = null;
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }

    private void repeat(Exchange exchange) {
        if (given != null) {
            exchange.packets(Unpooled.wrappedBuffer(given));
        } else {
            // Without these packets the client would have a hole that nobody reports.
            exchange.refuse(EngineIoError.UNKNOWN_SID);
            socket.lost(this, CloseReason.CONNECTION_LOST);
        }
    }

    private static ByteBuf packet(char type) {
        return Unpooled.wrappedBuffer(new byte[] { (byte) type });
    }
}
