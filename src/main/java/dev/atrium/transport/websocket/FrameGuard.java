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
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Netty handler in front of Vert.x's: bounds how many frames of one client are on their way to its endpoint. Behind it every
 * frame becomes a task of the event loop before an endpoint sees it, so a client with tiny frames would queue a million tasks.
 *
 * <p>It also cuts clients that do not complete the closing handshake (RFC 6455 section 7), because Vert.x starts its timer only
 * when its close frame is written, which never happens for a client that does not read. On the connection's event loop only.
 */
final class FrameGuard extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(FrameGuard.class);

    /** How long the client has to answer a close frame before the connection is cut. */
    private static final long LINGER_MILLIS = 3_000;

    /** The same after a protocol error, where the client's answer could not be read anyway. */
    private static final long SHORT_LINGER_MILLIS = 250;

    /** Bytes of frames that may wait before reading stops, and what a frame counts at least. */
    private static final int READ_AHEAD = 64 * 1024;
    private static final int FRAME_OVERHEAD = 64;

    /** Frames of one client in a turn of its event loop; then other connections are served. */
    private static final int FRAMES_PER_TURN = 64;

    /** From this size on, bytes stay in Netty's buffer: Vert.x would copy each chunk of a file to the heap twice. */
    private static final int LENT_BYTES = 16 * 1024;

    /** What the guard reports to. Called on the connection's event loop. */
    interface Listener {

        /** Bytes have arrived, perhaps only part of a frame. */
        void heard();

        /** Whether reading has stopped: the client's silence then says nothing. */
        void deaf(boolean deaf);

        /** Whether the answer to a ping may be sent: Vert.x sends it whether the client reads or not. */
        boolean takesPong();

        /** A large binary message, which is released when this returns. */
        void lent(ByteBuf bytes);

        /** The client has broken a rule, and the connection has to end for that reason. */
        void fail(CloseReason reason);

        /** The channel is closed, after its end was reported to the endpoint. */
        void disconnected();
    }

    private enum State { OPEN, CLOSING, CLOSED }

    private final int maxMessageSize;
    private final long mostWaiting;
    private final Runnable nextTurn = this::nextTurn;
    private ChannelHandlerContext context;
    private Listener listener;
    private State state = State.OPEN;
    private ArrayDeque<WebSocketFrame> waiting;
    private int waitingBytes;
    private long discardedBytes;
    private int passed;
    /** One from the beginning: frames that come before the endpoint listens would be lost. */
    private int holds = 1;
    private boolean draining;
    private boolean corrupt;
    private boolean closeOrdered;
    private CloseReason goodbye;

    /** @param maxMessageSize bytes; a larger message ends the connection */
    FrameGuard(int maxMessageSize) {
        this.maxMessageSize = maxMessageSize;
        this.mostWaiting = 2 * READ_AHEAD + 2L * maxMessageSize;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext own) {
        context = own;
    }

    void listener(Listener endpoint) {
        listener = endpoint;
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

    /** How the client has closed the connection, or null for a connection that broke without a close frame. */
    CloseReason goodbye() {
        return goodbye;
    }

    /** Passes on no more frames until {@link #release} has been called as often. */
    void hold() {
        holds++;
    }

    /** Goes on with the frames that have waited, in their order. */
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
            // Vert.x flushes its answers to what it reads only then.
            context.fireChannelReadComplete();
        }
        if (holds == 0) {
            waiting = null;
            if (!context.channel().config().isAutoRead()) {
                deaf(false);
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
            // The aggregator counts fragments only.
            frame.release();
            listener.fail(CloseReason.TOO_BIG);
        } else if (frame instanceof BinaryWebSocketFrame && frame.content().readableBytes() >= LENT_BYTES) {
            // A task, as Vert.x makes one of every other message: so it comes in its order.
            eventLoop().execute(() -> lend(frame.content()));
        } else if (frame instanceof PingWebSocketFrame) {
            // A task for the same reason: Vert.x answers it at once, before what the messages before it are answered.
            eventLoop().execute(() -> ping(frame));
        } else {
            context.fireChannelRead(frame);
        }
    }

    private void ping(WebSocketFrame ping) {
        if (state == State.OPEN && (listener == null || listener.takesPong())) {
            context.fireChannelRead(ping);
            context.fireChannelReadComplete();
        } else {
            ping.release();
        }
    }

    private void lend(ByteBuf bytes) {
        try {
            listener.lent(bytes);
        } finally {
            bytes.release();
        }
    }

    /** Vert.x answers a close frame at once: it waits for the tasks of the messages before it, whose replies would be cut off. */
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
        // With any other code a client gives up a connection that it cannot rely on, and means to come back as the same session.
        boolean forGood = code < 0 || code == WebSocketCloseStatus.NORMAL_CLOSURE.code()
                || code == WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code();
        goodbye = forGood ? CloseReason.NORMAL : CloseReason.CONNECTION_LOST;
        cutAfter(LINGER_MILLIS);
        context.fireChannelRead(close);
        return false;
    }

    /** Reading stops when enough waits, so that pings are answered up to then; a client that gets past that is closed. */
    private void wait(WebSocketFrame frame) {
        if (waiting == null) {
            waiting = new ArrayDeque<>();
        }
        waiting.add(frame);
        waitingBytes += size(frame);
        if (waitingBytes > READ_AHEAD && context.channel().config().isAutoRead()) {
            context.channel().config().setAutoRead(false);
            deaf(true);
        }
        // Netty's aggregator reads on by itself inside of a fragmented message, whatever we have asked for.
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
            // The closing handshake is complete; or more comes than can have been on its way, which is a flood.
            context.close();
        }
        frame.release();
    }

    /**
     * The server closes the connection: what waits is dropped, and what comes is discarded.
     *
     * @return false if it is closing already
     */
    boolean beginToClose() {
        if (state != State.OPEN) {
            return false;
        }
        state = State.CLOSING;
        dropWaiting();
        // Reading goes on so that the client's close frame is seen, and so that closing does not reset what was not read.
        context.channel().config().setAutoRead(true);
        cutAfter(corrupt ? SHORT_LINGER_MILLIS : LINGER_MILLIS);
        return true;
    }

    /** Ends the connection without a close frame, as a network does that breaks; what was sent before still arrives. */
    void breakOff() {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> ((DuplexChannel) context.channel()).shutdownOutput());
    }

    /** A client that does not read, or never answers, would keep its connection for ever. */
    private void cutAfter(long millis) {
        context.executor().schedule(() -> context.close(), millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (passed < FRAMES_PER_TURN) {
            passed = 0;
        }
        if (listener != null) {
            listener.heard();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        dropWaiting();
        ctx.fireChannelInactive();
        if (listener != null) {
            // After the task that reports the end to the endpoint.
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
            // Deflated data that does not inflate, or to more than a message may hold.
            corrupt = true;
            fail(CloseReason.PROTOCOL_ERROR);
        } else if (cause instanceof IOException) {
            ctx.close();
        } else {
            LOG.error("A connection failed", cause);
            fail(CloseReason.SERVER_FAULT);
        }
    }

    private static CloseReason reasonOf(WebSocketCloseStatus status) {
        if (status.equals(WebSocketCloseStatus.MESSAGE_TOO_BIG)) {
            return CloseReason.TOO_BIG;
        }
        return status.equals(WebSocketCloseStatus.INVALID_PAYLOAD_DATA) ? CloseReason.NOT_UTF8 : CloseReason.PROTOCOL_ERROR;
    }

    private void fail(CloseReason reason) {
        if (listener == null) {
            context.close();
        } else {
            listener.fail(reason);
        }
    }

    private void deaf(boolean deaf) {
        if (listener != null) {
            listener.deaf(deaf);
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
