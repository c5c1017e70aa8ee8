package dev.atrium.transport.engineio;

import dev.atrium.security.Caller;
import dev.atrium.security.TokenBucket;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Pausable;
import dev.atrium.session.SendQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * One connection with a client: its life, whichever transport carries it. It is open until {@link #close()}, {@link #fail} or
 * until its client is gone, whichever is first; what comes after does nothing. On its event loop only, but its final fields.
 */
public final class EngineSocket implements Pausable {

    private static final Logger LOG = Logger.getLogger(EngineSocket.class);

    /** While a client changes over, a poll that waits is answered so often, so that the client can go on. */
    private static final long RELEASE_MILLIS = 100;

    /** How long a client that polls is given to fetch the end. */
    private static final long LINGER_MILLIS = 30_000;

    /** How long the poll of a client that has said goodbye may still be on its way. */
    private static final long FAREWELL_MILLIS = 200;

    /** What stands above. Called on the connection's event loop. */
    public interface Listener {

        /** A message of text. */
        void text(String message);

        /** A message of bytes. */
        void binary(byte[] message);

        /** Another transport carries the connection from now on. */
        void upgraded(String transport);

        /** Its client sends so much that the connection ends next. */
        void flooded();

        /** The connection has ended. Called once. */
        void closed(CloseReason reason);
    }

    private enum State { OPEN, CLOSING, CLOSED }

    private final String id;
    private final Caller caller;
    private final TokenBucket tokens;
    private final EventLoop eventLoop;
    private final EngineSockets sockets;
    private final Liveness liveness;
    private final SendQueue sendQueue = new TransportSendQueue();
    private Listener listener;
    /** Also read by those who count. */
    private volatile EngineTransport transport;
    private WebSocketTransport candidate;
    private ScheduledFuture<?> release;
    private State state = State.OPEN;
    private final List<Runnable> whenDisconnected = new ArrayList<>(1);
    private boolean disconnected;
    private int holds;

    EngineSocket(String id, Caller caller, TokenBucket tokens, EventLoop eventLoop, EngineSockets sockets) {
        this.id = id;
        this.caller = caller;
        this.tokens = tokens;
        this.eventLoop = eventLoop;
        this.sockets = sockets;
        this.liveness = new Liveness(this, eventLoop, sockets.pingInterval(), sockets.pingTimeout());
    }

    /** Begins, with its first packet. */
    void open(EngineTransport first, Listener above) {
        transport = first;
        listener = above;
        send(Packet.open(id, first instanceof PollingTransport, liveness, sockets.maxPayload()));
        liveness.begin();
    }

    /** The {@code sid} of its client; secret. */
    String id() {
        return id;
    }

    /** Who made its handshake. */
    public Caller caller() {
        return caller;
    }

    /**
     * Takes one packet from what its client may send that no session answers for; ends the connection if there is not enough.
     *
     * @param size its bytes
     * @return whether it goes on
     */
    public boolean spend(int size) {
        if (tokens.take(size) == null) {
            return true;
        }
        if (isOpen()) {
            listener.flooded();
            fail(CloseReason.TOO_MANY_MESSAGES);
        }
        return false;
    }

    /** The one that it lives on. */
    public EventLoop eventLoop() {
        return eventLoop;
    }

    /** How it is carried now: {@code polling} or {@code websocket}. Any thread. */
    public String transport() {
        return transport.name();
    }

    /** Takes whole frames in the form of RFC 6455, whatever carries them in the end; each is a packet. */
    public SendQueue sendQueue() {
        return sendQueue;
    }

    /** Sends a ready-made frame. */
    public void send(byte[] frame) {
        if (state == State.OPEN && !sendQueue.offer(Unpooled.wrappedBuffer(frame))) {
            eventLoop.execute(() -> fail(CloseReason.SLOW_CONSUMER));
        }
    }

    @Override
    public void pause() {
        if (holds++ == 0) {
            transport.pause();
        }
    }

    @Override
    public void resume() {
        if (--holds == 0) {
            transport.resume();
        }
    }

    boolean isPaused() {
        return holds > 0;
    }

    /** Whether it has not ended. */
    public boolean isOpen() {
        return state == State.OPEN;
    }

    /** Ends the connection; what was sent before still goes out. */
    public void close() {
        if (end(CloseReason.NORMAL, State.CLOSING)) {
            transport.close(CloseReason.NORMAL);
            if (transport instanceof WebSocketTransport) {
                gone();
            } else {
                goneAfter(LINGER_MILLIS);
            }
        }
    }

    /** Ends the connection at once. */
    public void fail(CloseReason reason) {
        if (end(reason, State.CLOSED)) {
            transport.close(reason);
            gone();
        }
    }

    void heartbeatMissed() {
        fail(CloseReason.HEARTBEAT_TIMEOUT);
    }

    /** The transport has lost its client. */
    void lost(EngineTransport from, CloseReason reason) {
        if (from == candidate) {
            giveUpUpgrade();
        } else if (from == transport) {
            if (end(reason, State.CLOSED)) {
                transport.discard();
            }
            gone();
        }
    }

    /** The client has been told that this is the end. */
    void gone() {
        state = State.CLOSED;
        sockets.remove(this);
        if (transport instanceof PollingTransport) {
            disconnected();
        }
    }

    /** Nothing is left of the connection, some time after it has ended. */
    void disconnected() {
        disconnected = true;
        whenDisconnected.forEach(Runnable::run);
        whenDisconnected.clear();
    }

    /** Runs the task when nothing is left of the connection; at once, if it is so already. */
    public void whenDisconnected(Runnable task) {
        if (disconnected) {
            task.run();
        } else {
            whenDisconnected.add(task);
        }
    }

    void packet(String packet) {
        if (state != State.OPEN) {
            return;
        }
        switch (packet.isEmpty() ? ' ' : packet.charAt(0)) {
            case Packet.MESSAGE -> hand(() -> listener.text(packet.substring(1)));
            case Packet.PONG -> {
                if (spend(0)) {
                    liveness.pong();
                }
            }
            case Packet.CLOSE -> goodbye();
            case Packet.OPEN, Packet.UPGRADE, Packet.NOOP ->
                // Not for a server, and harmless, as long as there are not too many.
                spend(packet.length());
            default -> fail(CloseReason.PROTOCOL_ERROR);
        }
    }

    private void goodbye() {
        if (!(transport instanceof PollingTransport polling)) {
            lost(transport, CloseReason.NORMAL);
            return;
        }
        end(CloseReason.NORMAL, State.CLOSING);
        if (polling.takeLeave()) {
            gone();
        } else {
            goneAfter(FAREWELL_MILLIS);
        }
    }

    private void goneAfter(long millis) {
        eventLoop.schedule(() -> {
            transport.discard();
            gone();
        }, millis, TimeUnit.MILLISECONDS);
    }

    void binary(byte[] message) {
        if (state == State.OPEN) {
            hand(() -> listener.binary(message));
        }
    }

    private void hand(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException e) {
            LOG.error("A message could not be handled", e);
            fail(CloseReason.SERVER_FAULT);
        }
    }

    /** A GET. */
    void poll(Exchange exchange) {
        if (state == State.CLOSED) {
            exchange.refuse(EngineIoError.UNKNOWN_SID);
        } else if (transport instanceof PollingTransport polling) {
            polling.poll(exchange);
        } else {
            exchange.refuse(EngineIoError.BAD_REQUEST);
        }
    }

    /** Ends a GET that waits, if there is one; its client comes again. */
    void release() {
        if (transport instanceof PollingTransport polling) {
            polling.release();
        }
    }

    /** A POST. */
    void post(Exchange exchange, byte[] body) {
        if (state != State.OPEN) {
            exchange.refuse(EngineIoError.UNKNOWN_SID);
        } else if (transport instanceof PollingTransport polling) {
            polling.post(exchange, body);
        } else {
            exchange.refuse(EngineIoError.BAD_REQUEST);
        }
    }

    /** A WebSocket wants to carry this connection; says whether it may try. */
    boolean probe(WebSocketTransport other) {
        if (state != State.OPEN || candidate != null || transport instanceof WebSocketTransport) {
            return false;
        }
        candidate = other;
        eventLoop.schedule(() -> {
            if (candidate == other) {
                other.close(CloseReason.NORMAL);
                giveUpUpgrade();
            }
        }, sockets.upgradeTimeout().toMillis(), TimeUnit.MILLISECONDS);
        return true;
    }

    /** The WebSocket works: the poll that waits has to end before the client can change over. */
    void probed(WebSocketTransport other) {
        if (other == candidate && release == null) {
            release = eventLoop.scheduleAtFixedRate(() -> ((PollingTransport) transport).release(),
                    RELEASE_MILLIS, RELEASE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** The client has changed over. */
    void upgrade(WebSocketTransport other) {
        if (other != candidate || state != State.OPEN) {
            return;
        }
        PollingTransport former = (PollingTransport) transport;
        if (former.isPosting()) {
            // What comes next might overtake what it has posted.
            fail(CloseReason.PROTOCOL_ERROR);
            return;
        }
        giveUpUpgrade();
        transport = other;
        if (!former.handOver(other.sendQueue())) {
            fail(CloseReason.SLOW_CONSUMER);
            return;
        }
        if (holds > 0) {
            other.pause();
        }
        listener.upgraded(other.name());
    }

    boolean isCarriedBy(WebSocketTransport other) {
        return transport == other;
    }

    private void giveUpUpgrade() {
        candidate = null;
        if (release != null) {
            release.cancel(false);
            release = null;
        }
    }

    private boolean end(CloseReason reason, State next) {
        if (state != State.OPEN) {
            return false;
        }
        state = next;
        liveness.end();
        if (candidate != null) {
            candidate.close(CloseReason.NORMAL);
            giveUpUpgrade();
        }
        listener.closed(reason);
        return true;
    }

    /** Whatever the transport, also after it was changed. */
    private final class TransportSendQueue implements SendQueue {

        @Override
        public boolean offer(ByteBuf bytes) {
            return transport.sendQueue().offer(bytes);
        }

        @Override
        public long pendingBytes() {
            return transport.sendQueue().pendingBytes();
        }
    }
}
