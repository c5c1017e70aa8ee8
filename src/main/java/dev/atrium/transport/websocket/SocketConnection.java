package dev.atrium.transport.websocket;

import dev.atrium.session.ChannelSendQueue;
import dev.atrium.session.ClientConnection;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Pausable;
import dev.atrium.session.SendQueue;
import dev.atrium.session.Sessions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocketConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.jboss.logging.Logger;

/**
 * One WebSocket connection of an endpoint: passes the client's messages to the listener, and writes ready-made frames below the
 * encoder. On the connection's event loop only.
 */
public final class SocketConnection implements ClientConnection, Pausable, FrameGuard.Receiver {

    static final TypedKey<SocketConnection> KEY = new TypedKey<>(SocketConnection.class.getName());

    private static final Logger LOG = Logger.getLogger(SocketConnection.class);

    /** Maximum bytes of a close reason: a control frame holds 125, and the code takes two. */
    private static final int MAX_REASON_BYTES = 123;

    private static final byte[] PING = Frames.of(Frames.PING, new byte[0]);
    private static final byte[] TEXT_PING = Frames.text("ping");
    private static final byte[] TEXT_PONG = Frames.text("pong");

    private final WebSocketConnection connection;
    private final FrameGuard guard;
    private final SocketListener listener;
    private final ChannelSendQueue sendQueue;
    private final long limit;
    /** Messages that were tasks already when the connection was paused; at most one turn's: the guard holds the rest. */
    private ArrayDeque<Object> waiting;
    private int holds;
    private boolean draining;

    /** @param below handler context to which ready-made frames are written */
    SocketConnection(WebSocketConnection connection, FrameGuard guard, SocketListener listener, ChannelHandlerContext below,
            Sessions sessions) {
        this.connection = connection;
        this.guard = guard;
        this.listener = listener;
        this.limit = sessions.sendQueueLimit();
        this.sendQueue = new ChannelSendQueue(below, sessions.deliveryLoop(guard.eventLoop()), limit);
    }

    void listen() {
        guard.listener(this, listener);
    }

    /** The endpoint has subscribed: lets the guard pass on the client's frames. */
    void begin() {
        guard.release();
    }

    public EventLoop eventLoop() {
        return guard.eventLoop();
    }

    @Override
    public SendQueue sendQueue() {
        return sendQueue;
    }

    public void send(byte[] frame) {
        if (guard.isOpen() && !(sendQueue.hasMemory(frame.length)
                && sendQueue.offer(guard.context().alloc().directBuffer(frame.length).writeBytes(frame)))) {
            // As a task: closing at once could change state that the caller is working on.
            eventLoop().execute(() -> listener.fail(CloseReason.SLOW_CONSUMER));
        }
    }

    @Override
    public void pause() {
        holds++;
        guard.hold();
    }

    @Override
    public void resume() {
        holds--;
        if (!draining) {
            draining = true;
            while (holds == 0 && waiting != null && !waiting.isEmpty()) {
                Object message = waiting.poll();
                handle(message);
                ReferenceCountUtil.release(message);
            }
            draining = false;
        }
        guard.release();
    }

    @Override
    public void text(String text) {
        if (mustWait()) {
            waiting.add(text);
        } else {
            handle(text);
        }
    }

    /** Receives a binary message; the buffer belongs to the caller. */
    @Override
    public void lent(ByteBuf bytes) {
        if (mustWait()) {
            waiting.add(bytes.retain());
        } else {
            handle(bytes);
        }
    }

    private boolean mustWait() {
        boolean wait = holds > 0 || waiting != null && !waiting.isEmpty();
        if (wait && waiting == null) {
            waiting = new ArrayDeque<>();
        }
        return wait;
    }

    private void handle(Object message) {
        if (!guard.isOpen()) {
            return;
        }
        try {
            if (message instanceof ByteBuf bytes) {
                listener.binary(bytes);
            } else {
                handOver((String) message);
            }
        } catch (RuntimeException e) {
            LOG.error("A message could not be handled", e);
            listener.fail(CloseReason.SERVER_FAULT);
        }
    }

    private void handOver(String text) {
        if (text.length() == 4 && listener.answersTextHeartbeats()) {
            byte[] answer = text.equals("ping") ? TEXT_PONG : text.equals("pong") ? TEXT_PING : null;
            if (answer != null) {
                if (listener.pinged()) {
                    send(answer);
                }
                return;
            }
        }
        listener.text(text);
    }

    @Override
    public boolean takesPong() {
        boolean takes = sendQueue.pendingBytes() <= limit;
        if (!takes) {
            listener.fail(CloseReason.SLOW_CONSUMER);
        }
        return takes;
    }

    /** Receives a ping or a pong; Vert.x has answered the ping already. */
    void pinged() {
        if (guard.isOpen()) {
            listener.pinged();
        }
    }

    @Override
    public void ping() {
        send(PING);
    }

    /** Ends the session, if there is one, and closes the connection. */
    public void fail(CloseReason reason) {
        listener.fail(reason);
    }

    /** Reports the end of the connection, whichever side has closed it. Called by the framework. */
    void closed() {
        if (waiting != null) {
            waiting.forEach(ReferenceCountUtil::release);
            waiting = null;
        }
        listener.closed(guard.goodbye() == null ? CloseReason.CONNECTION_LOST : guard.goodbye());
    }

    public void close(CloseReason reason) {
        close(reason, reason.text());
    }

    @Override
    public void close(CloseReason reason, String detail) {
        if (beginToClose(reason)) {
            String text = detail.getBytes(StandardCharsets.UTF_8).length <= MAX_REASON_BYTES ? detail : reason.text();
            connection.close(new io.quarkus.websockets.next.CloseReason(reason.code(), text)).subscribe().with(
                    sent -> guard.closeSent(), failure -> LOG.debugf("A close frame was not sent: %s", failure.getMessage()));
        }
    }

    @Override
    public void expiring(long expires) {
        listener.expiring(expires);
    }

    /** Closes the connection with a close frame without a status code, which the framework cannot write. */
    public void closeWithoutStatus(CloseReason reason) {
        if (beginToClose(reason)) {
            guard.context().writeAndFlush(new CloseWebSocketFrame());
        }
    }

    /** Ends the connection without a close frame; bytes written before still arrive. */
    public void breakOff(CloseReason reason) {
        if (beginToClose(reason)) {
            guard.breakOff();
        }
    }

    private boolean beginToClose(CloseReason reason) {
        if (guard.isOpen()) {
            listener.closing(reason);
        }
        return guard.beginToClose();
    }
}
