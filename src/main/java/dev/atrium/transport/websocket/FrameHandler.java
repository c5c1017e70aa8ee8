package dev.atrium.transport.websocket;

import dev.atrium.session.ChannelOutbox;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Outbox;
import dev.atrium.session.Sessions;
import dev.atrium.session.Suspendable;
import dev.atrium.session.Wire;
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
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The last handler of a WebSocket's pipeline: whole messages go to the protocol, control frames are answered here, and
 * the closing handshake (RFC 6455 section 7) is kept, whichever side begins it.
 */
public final class FrameHandler extends ChannelInboundHandlerAdapter implements Wire, Suspendable {

    private static final Logger LOG = Logger.getLogger(FrameHandler.class);

    /** How long the client has to answer a close frame before the connection is cut. */
    private static final long LINGER_MILLIS = 3_000;

    /** The same after a protocol error, where its answer could not be read anyway. */
    private static final long SHORT_LINGER_MILLIS = 250;

    /** Bytes of frames that may wait before reading stops, and what a frame counts at least. */
    private static final int READ_AHEAD = 64 * 1024;
    private static final int FRAME_OVERHEAD = 64;

    /** Messages of one client in a turn of its event loop; then come those of others, however many have arrived from it. */
    private static final int MOST_A_TURN = 64;

    /** A control frame holds 125 bytes, two of them for the code. */
    private static final int MOST_REASON_BYTES = 123;

    private static final byte[] PING = Frames.of(Frames.PING, new byte[0]);
    private static final byte[] TEXT_PING = Frames.text("ping");
    private static final byte[] TEXT_PONG = Frames.text("pong");

    private enum State { OPEN, CLOSING, CLOSED }

    private final Sessions sessions;
    private final SocketProtocol protocol;
    private final long mostWaiting;
    private ChannelHandlerContext context;
    private Outbox outbox;
    private State state = State.OPEN;
    private ArrayDeque<WebSocketFrame> waiting;
    private int waitingBytes;
    private int handled;
    private final Runnable nextTurn = this::nextTurn;
    private long discardedBytes;
    private int holds;
    private boolean draining;
    private boolean corrupt;

    /** @param maxMessageSize of the aggregator before this handler */
    FrameHandler(Sessions sessions, int maxMessageSize, SocketProtocol protocol) {
        this.sessions = sessions;
        this.mostWaiting = 2 * READ_AHEAD + 2L * maxMessageSize;
        this.protocol = protocol;
    }

    /** @param below where ready-made frames are written */
    void open(ChannelHandlerContext own, ChannelHandlerContext below) {
        context = own;
        outbox = new ChannelOutbox(below, sessions.deliveryLoop(own.channel().eventLoop()), sessions.outboxLimit());
        protocol.open(this);
    }

    /** The connection's own. */
    public EventLoop eventLoop() {
        return context.channel().eventLoop();
    }

    @Override
    public Outbox outbox() {
        return outbox;
    }

    /** Sends one ready-made frame. */
    public void send(byte[] frame) {
        if (state == State.OPEN && !outbox.offer(context.alloc().directBuffer(frame.length).writeBytes(frame))) {
            // Later: whoever sends now may be in the middle of something.
            eventLoop().execute(() -> protocol.fail(CloseReason.SLOW_CONSUMER));
        }
    }

    @Override
    public void suspend() {
        holds++;
    }

    @Override
    public void resume() {
        holds--;
        if (draining) {
            return;
        }
        draining = true;
        while (holds == 0 && waiting != null && !waiting.isEmpty()) {
            WebSocketFrame frame = waiting.poll();
            waitingBytes -= FRAME_OVERHEAD + frame.content().readableBytes();
            message(frame);
        }
        draining = false;
        if (holds == 0) {
            waiting = null;
            if (!context.channel().config().isAutoRead()) {
                protocol.deaf(false);
                context.channel().config().setAutoRead(true);
            }
        }
    }

    private void nextTurn() {
        handled = 0;
        resume();
    }

    @Override
    public void ping() {
        send(PING);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (!(frame instanceof WebSocketFrame)) {
            ctx.fireChannelRead(frame);
        } else if (state != State.OPEN) {
            discard((WebSocketFrame) frame);
        } else if (holds > 0 && !(frame instanceof PingWebSocketFrame)) {
            hold((WebSocketFrame) frame);
        } else {
            message((WebSocketFrame) frame);
        }
    }

    private void message(WebSocketFrame frame) {
        try {
            if (state != State.OPEN) {
                return;
            }
            if (++handled == MOST_A_TURN) {
                suspend();
                eventLoop().execute(nextTurn);
            }
            if (frame instanceof TextWebSocketFrame text) {
                text(text.text());
            } else if (frame instanceof BinaryWebSocketFrame) {
                protocol.binary(frame.content());
            } else if (frame instanceof PingWebSocketFrame || frame instanceof PongWebSocketFrame) {
                control(frame);
            } else if (frame instanceof CloseWebSocketFrame close) {
                closedByClient(close);
            }
        } catch (RuntimeException e) {
            LOG.error("A message could not be handled", e);
            protocol.fail(CloseReason.SERVER_FAULT);
        } finally {
            frame.release();
        }
    }

    private void control(WebSocketFrame frame) {
        if (protocol.pinged() && frame instanceof PingWebSocketFrame) {
            send(Frames.of(Frames.PONG, bytes(frame.content())));
        }
    }

    /** Reading stops when enough waits, so that pings are answered up to then; a client that gets past that is closed. */
    private void hold(WebSocketFrame frame) {
        if (waiting == null) {
            waiting = new ArrayDeque<>();
        }
        waiting.add(frame);
        waitingBytes += FRAME_OVERHEAD + frame.content().readableBytes();
        if (waitingBytes > READ_AHEAD && context.channel().config().isAutoRead()) {
            context.channel().config().setAutoRead(false);
            protocol.deaf(true);
        }
        // Netty's aggregator reads on by itself inside of a fragmented message, whatever we have asked for.
        if (waitingBytes > mostWaiting) {
            protocol.fail(CloseReason.TOO_MANY_MESSAGES);
        }
    }

    private void text(String text) {
        if (text.length() == 4 && protocol.answersTextHeartbeats()) {
            byte[] answer = text.equals("ping") ? TEXT_PONG : text.equals("pong") ? TEXT_PING : null;
            if (answer != null) {
                if (protocol.pinged()) {
                    send(answer);
                }
                return;
            }
        }
        protocol.text(text);
    }

    private void discard(WebSocketFrame frame) {
        discardedBytes += FRAME_OVERHEAD + frame.content().readableBytes();
        // More than can have been on its way: it floods us, and to read on only to be polite is what it wants.
        if (frame instanceof CloseWebSocketFrame || discardedBytes > mostWaiting) {
            context.close();
        }
        frame.release();
    }

    private void closedByClient(CloseWebSocketFrame close) {
        state = State.CLOSING;
        int code = close.statusCode();
        // With any other code a client gives up a connection that it cannot rely on, and means to come back as the same session.
        boolean forGood = code < 0 || code == WebSocketCloseStatus.NORMAL_CLOSURE.code()
                || code == WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code();
        protocol.closed(forGood ? CloseReason.NORMAL : CloseReason.CONNECTION_LOST);
        CloseWebSocketFrame echo = code < 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, "");
        context.writeAndFlush(echo).addListener(done -> context.close());
        cutAfter(LINGER_MILLIS);
    }

    /** Closes the connection. */
    public void close(CloseReason reason) {
        close(reason, reason.text());
    }

    @Override
    public void close(CloseReason reason, String detail) {
        close(reason, new CloseWebSocketFrame(reason.code(),
                detail.getBytes(StandardCharsets.UTF_8).length <= MOST_REASON_BYTES ? detail : reason.text()));
    }

    @Override
    public void expiring(long expires) {
        protocol.expiring(expires);
    }

    /** Closes the connection with a close frame that says nothing. */
    public void closeWithoutStatus(CloseReason reason) {
        close(reason, new CloseWebSocketFrame());
    }

    /** Ends the connection without a close frame, as a network does that breaks; what was sent before still arrives. */
    public void breakOff(CloseReason reason) {
        if (beginToClose(reason)) {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> ((DuplexChannel) context.channel()).shutdownOutput());
            cutAfter(LINGER_MILLIS);
        }
    }

    private void close(CloseReason reason, CloseWebSocketFrame frame) {
        if (!beginToClose(reason)) {
            frame.release();
            return;
        }
        context.writeAndFlush(frame);
        cutAfter(corrupt ? SHORT_LINGER_MILLIS : LINGER_MILLIS);
    }

    private boolean beginToClose(CloseReason reason) {
        if (state != State.OPEN) {
            return false;
        }
        protocol.closing(reason);
        state = State.CLOSING;
        dropWaiting();
        // Reading goes on so that the client's close frame is heard, and so that closing does not reset what it has not read.
        context.channel().config().setAutoRead(true);
        return true;
    }

    /** A client that reads no more, or never answers, would keep its connection for ever. */
    private void cutAfter(long millis) {
        context.executor().schedule(() -> context.close(), millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (handled < MOST_A_TURN) {
            handled = 0;
        }
        // Also for part of a frame: a slow upload is alive.
        protocol.heard();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        dropWaiting();
        protocol.closed(CloseReason.CONNECTION_LOST);
        protocol.disconnected();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException e) {
            corrupt = true;
            protocol.fail(reasonOf(e.closeStatus()));
        } else if (cause instanceof TooLongFrameException) {
            protocol.fail(CloseReason.TOO_BIG);
        } else if (cause instanceof CodecException) {
            // Deflated data that does not inflate, or to more than a message may hold.
            corrupt = true;
            protocol.fail(CloseReason.PROTOCOL_ERROR);
        } else if (cause instanceof IOException) {
            protocol.closed(CloseReason.CONNECTION_LOST);
            ctx.close();
        } else {
            LOG.error("A connection failed", cause);
            protocol.fail(CloseReason.SERVER_FAULT);
        }
    }

    private static CloseReason reasonOf(WebSocketCloseStatus status) {
        if (status.equals(WebSocketCloseStatus.MESSAGE_TOO_BIG)) {
            return CloseReason.TOO_BIG;
        }
        return status.equals(WebSocketCloseStatus.INVALID_PAYLOAD_DATA) ? CloseReason.NOT_UTF8 : CloseReason.PROTOCOL_ERROR;
    }

    private void dropWaiting() {
        if (waiting != null) {
            waiting.forEach(ReferenceCountUtil::release);
            waiting = null;
            waitingBytes = 0;
        }
    }

    /** The readable bytes, copied. */
    public static byte[] bytes(ByteBuf content) {
        byte[] bytes = new byte[content.readableBytes()];
        content.getBytes(content.readerIndex(), bytes);
        return bytes;
    }
}
