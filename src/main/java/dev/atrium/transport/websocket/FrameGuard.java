package dev.atrium.transport.websocket;

import dev.atrium.session.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Netty handler in front of Vert.x's that limits the number of frames of one client on their way to its endpoint. Behind it
 * every frame becomes a task of the event loop, so a client with tiny frames could queue a million tasks.
 *
 * <p>
 * It also closes connections of clients that do not complete the closing handshake (RFC 6455 section 7): Vert.x starts its
 * timer only when its close frame is written, which never happens for a client that does not read. On the connection's event
 * loop only.
 */
final class FrameGuard extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(FrameGuard.class);

    /** Milliseconds that the client has to answer a close frame before the connection is cut. */
    private static final long LINGER_MILLIS = 3_000;

    /** Bytes of queued frames above which reading stops, and the minimum size that a frame counts as. */
    private static final int READ_AHEAD = 64 * 1024;
    private static final int FRAME_OVERHEAD = 64;

    /** Maximum number of frames of one client in a turn of its event loop, so that other connections are served. */
    private static final int FRAMES_PER_TURN = 64;

    /**
     * Minimum size, in bytes, of a message that bypasses Vert.x, which would copy each chunk of a file to the heap twice, and
     * knows one size limit for all endpoints, those of the application included.
     */
    static final int LENT_BYTES = 16 * 1024;

    /** Receiver of large messages. Called on the connection's event loop. */
    interface Receiver {

        /** Returns whether a pong may be sent: Vert.x answers a ping even if the client does not read. */
        boolean takesPong();

        /** A large binary message was received; the buffer is released when this returns. */
        void lent(ByteBuf bytes);

        /** A large text message was received. */
        void text(String text);
    }

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private final int maxMessageSize;
    private final long mostWaiting;
    private final Runnable nextTurn = this::nextTurn;
    private ChannelHandlerContext context;
    private Receiver receiver;
    private SocketListener listener;
    private State state = State.OPEN;
    private ArrayDeque<WebSocketFrame> waiting;
    private int waitingBytes;
    private long discardedBytes;
    private int passed;
    /** Starts at one: frames received before the endpoint has subscribed would be lost. */
    private int holds = 1;
    private boolean draining;
    private boolean corrupt;
    private boolean closeOrdered;
    private CloseReason goodbye;

    /** @param maxMessageSize bytes; a larger message closes the connection */
    FrameGuard(int maxMessageSize) {
        this.maxMessageSize = maxMessageSize;
        this.mostWaiting = 2 * READ_AHEAD + 2L * maxMessageSize;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext own) {
        context = own;
    }

    void listener(Receiver connection, SocketListener protocol) {
        receiver = connection;
        listener = protocol;
    }

    ChannelHandlerContext context() {
        return context;
    }

    EventLoop eventLoop() {
        return context.channel().eventLoop();
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Reason of the client's close frame, or null if the connection was lost without one. */
    CloseReason goodbye() {
        return goodbye;
    }

    /** Holds all frames back until {@link #release} has been called as often. */
    void hold() {
        holds++;
    }

    /** Releases one hold; after the last one, passes the queued frames on in their order and resumes reading. */
    void release() {
        holds--;
        if (draining) {
            return;
        }
        draining = true;
        boolean outsideOfReading = holds == 0 && waiting != null;
        while (holds == 0 && waiting != null && !waiting.isEmpty()) {
            WebSocketFrame frame = waiting.poll();
            waitingBytes -= size(frame);
            pass(frame);
        }
        draining = false;
        if (outsideOfReading) {
            // Vert.x flushes its responses only on channelReadComplete.
            context.fireChannelReadComplete();
        }
        if (holds == 0) {
            waiting = null;
            if (!context.channel().config().isAutoRead()) {
                readingPaused(false);
                context.channel().config().setAutoRead(true);
            }
        }
    }

    private void nextTurn() {
        passed = 0;
        release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof WebSocketFrame frame)) {
            ctx.fireChannelRead(message);
        } else if (state != State.OPEN) {
            discard(frame);
        } else if (holds > 0 && !(frame instanceof PingWebSocketFrame && passed < FRAMES_PER_TURN)) {
            wait(frame);
        } else {
            pass(frame);
        }
    }

    private void pass(WebSocketFrame frame) {
        if (state != State.OPEN) {
            discard(frame);
            return;
        }
        if (frame instanceof CloseWebSocketFrame close && !mayClose(close)) {
            return;
        }
        if (++passed == FRAMES_PER_TURN) {
            hold();
            eventLoop().execute(nextTurn);
        }
        if (frame.content().readableBytes() > maxMessageSize) {
            // Netty's aggregator checks the size of fragmented messages only.
            frame.release();
            listener.fail(CloseReason.TOO_BIG);
        } else if (frame.content().readableBytes() >= LENT_BYTES) {
            // A task, like the one that Vert.x makes of every other message: so messages stay in order.
            eventLoop().execute(() -> lend(frame));
        } else if (frame instanceof PingWebSocketFrame) {
            // A task, to keep the order: otherwise Vert.x would send the pong before the replies to earlier messages.
            eventLoop().execute(() -> ping(frame));
        } else {
            context.fireChannelRead(frame);
        }
    }

    private void ping(WebSocketFrame ping) {
        if (state == State.OPEN && (receiver == null || receiver.takesPong())) {
            context.fireChannelRead(ping);
            context.fireChannelReadComplete();
        } else {
            ping.release();
        }
    }

    /** Passes on a data frame: control frames are not as large. */
    private void lend(WebSocketFrame frame) {
        try {
            if (frame instanceof TextWebSocketFrame text) {
                receiver.text(text.text());
            } else {
                receiver.lent(frame.content());
            }
        } finally {
            frame.release();
        }
    }

    /** Delays a close frame until earlier messages are handled: Vert.x answers it at once, and their replies would be lost. */
    private boolean mayClose(CloseWebSocketFrame close) {
        if (!closeOrdered) {
            closeOrdered = true;
            hold();
            wait(close);
            eventLoop().execute(this::release);
            return false;
        }
        state = State.CLOSING;
        int code = close.statusCode();
        // Any other code means that the client gives up a broken connection and is about to resume its session.
        boolean forGood = code < 0 || code == WebSocketCloseStatus.NORMAL_CLOSURE.code()
                || code == WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code();
        goodbye = forGood ? CloseReason.NORMAL : CloseReason.CONNECTION_LOST;
        cutAfter(LINGER_MILLIS);
        context.fireChannelRead(close);
        return false;
    }

    /**
     * Queues a frame and stops reading when {@link #READ_AHEAD} bytes are queued; until then pings are answered. A client that
     * exceeds the limit all the same is closed.
     */
    private void wait(WebSocketFrame frame) {
        if (waiting == null) {
            waiting = new ArrayDeque<>();
        }
        waiting.add(frame);
        waitingBytes += size(frame);
        if (waitingBytes > READ_AHEAD && context.channel().config().isAutoRead()) {
            context.channel().config().setAutoRead(false);
            readingPaused(true);
        }
        // Inside a fragmented message Netty's aggregator reads on, even with autoRead off.
        if (waitingBytes > mostWaiting) {
            fail(CloseReason.TOO_MANY_MESSAGES);
        }
    }

    private static int size(WebSocketFrame frame) {
        return FRAME_OVERHEAD + frame.content().readableBytes();
    }

    private void discard(WebSocketFrame frame) {
        discardedBytes += size(frame);
        if (frame instanceof CloseWebSocketFrame || discardedBytes > mostWaiting) {
            // The closing handshake is complete, or the client has sent more than can have been in transit, which is a flood.
            context.close();
        }
        frame.release();
    }

    /**
     * Starts the server's close: drops queued frames and discards later ones.
     *
     * @return false if the connection is closing already
     */
    boolean beginToClose() {
        if (state != State.OPEN) {
            return false;
        }
        state = State.CLOSING;
        dropWaiting();
        // Reading continues, to receive the client's close frame, and because closing a socket with unread bytes resets the
        // connection.
        context.channel().config().setAutoRead(true);
        cutAfter(LINGER_MILLIS);
        return true;
    }

    /**
     * The close frame was sent. After an error of the client's frames its own close frame cannot be decoded: the client is sent
     * the end of the connection, too, so that it does not wait for it. What it still sends is read, because closing the socket
     * at once would reset the connection, and the close frame would be lost.
     */
    void closeSent() {
        if (corrupt && context.channel() instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        }
    }

    /** Ends the connection without a close frame, like a network failure; bytes written before still arrive. */
    void breakOff() {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> ((DuplexChannel) context.channel()).shutdownOutput());
    }

    /** Closes the connection after a delay, or a client that does not read or never answers would keep it open for ever. */
    private void cutAfter(long millis) {
        context.executor().schedule(() -> context.close(), millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (passed < FRAMES_PER_TURN) {
            passed = 0;
        }
        if (listener != null) {
            listener.bytesReceived();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        dropWaiting();
        ctx.fireChannelInactive();
        if (listener != null) {
            // A task, so that it runs after the task that reports the end to the endpoint.
            eventLoop().execute(listener::disconnected);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException e) {
            corrupt = true;
            fail(reasonOf(e.closeStatus()));
        } else if (cause instanceof TooLongFrameException) {
            fail(CloseReason.TOO_BIG);
        } else if (cause instanceof CodecException) {
            corrupt = true;
            // Netty's inflater has reached its maximum size; corrupt data has a cause.
            boolean tooBig = cause instanceof DecompressionException && cause.getCause() == null;
            fail(tooBig ? CloseReason.TOO_BIG : CloseReason.PROTOCOL_ERROR);
        } else if (cause instanceof IOException) {
            ctx.close();
        } else {
            LOG.error("A connection failed", cause);
            fail(CloseReason.SERVER_FAULT);
        }
    }

    private static CloseReason reasonOf(WebSocketCloseStatus status) {
        return Stream.of(CloseReason.TOO_BIG, CloseReason.NOT_UTF8, CloseReason.TRY_LATER)
                .filter(reason -> reason.code() == status.code()).findFirst().orElse(CloseReason.PROTOCOL_ERROR);
    }

    private void fail(CloseReason reason) {
        if (listener == null) {
            context.close();
        } else {
            listener.fail(reason);
        }
    }

    private void readingPaused(boolean readingPaused) {
        if (listener != null) {
            listener.readingPaused(readingPaused);
        }
    }

    private void dropWaiting() {
        if (waiting != null) {
            waiting.forEach(ReferenceCountUtil::release);
            waiting = null;
            waitingBytes = 0;
        }
    }
}
