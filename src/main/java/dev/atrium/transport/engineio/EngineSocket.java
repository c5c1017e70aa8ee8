package dev.atrium.transport.engineio;

import dev.atrium.security.Caller;
import dev.atrium.security.TokenBucket;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Pausable;
import dev.atrium.session.SendQueue;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * An Engine.IO connection, whichever transport carries it. It is open until {@link #close()}, {@link #fail} or the loss of its
 * client, whichever is first; later calls do nothing. On its event loop only, except its final fields.
 */
public final class EngineSocket implements Pausable {

    private static final Logger LOG = Logger.getLogger(EngineSocket.class);

    /** Milliseconds that a polling client has to fetch the close packet. */
    private static final long LINGER_MILLIS = 30_000;

    /** Milliseconds to wait for a poll in transit from a client that has sent a close packet. */
    private static final long FAREWELL_MILLIS = 200;

    /** Listener of the protocol above Engine.IO. Called on the connection's event loop. */
    public interface Listener {

        void text(String message);

        void binary(byte[] message);

        /** The connection was upgraded to another transport. */
        void upgraded(String transport);

        /** The client has exceeded its message rate; the connection is closed next. */
        void flooded();

        /** The connection has ended. Called once. */
        void closed(CloseReason reason);
    }

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private final String id;
    private final Caller caller;
    private final TokenBucket tokens;
    private final TokenBucket sessionTokens;
    private final EventLoop eventLoop;
    private final EngineSettings settings;
    private final EngineHeartbeat heartbeat;
    private Listener listener;
    private Runnable whenGone;
    /** Volatile, because metrics read it from other threads. */
    private volatile EngineTransport transport;
    private final SendQueue sendQueue = new TransportSendQueue(() -> transport);
    private final UpgradeAttempt upgrade;
    private State state = State.OPEN;
    private final List<Runnable> whenDisconnected = new ArrayList<>(1);
    private boolean disconnected;
    private int holds;

    /**
     * @param tokens charged for packets that no session is charged for
     * @param sessionTokens charged by all sessions of the connection together
     */
    EngineSocket(String id, Caller caller, TokenBucket tokens, TokenBucket sessionTokens, EventLoop eventLoop,
            EngineSettings settings) {
        this.id = id;
        this.caller = caller;
        this.tokens = tokens;
        this.sessionTokens = sessionTokens;
        this.eventLoop = eventLoop;
        this.settings = settings;
        this.heartbeat = new EngineHeartbeat(eventLoop, settings, () -> send(Packet.PING_FRAME),
                () -> isPaused() || transport.isHeld(), () -> fail(CloseReason.HEARTBEAT_TIMEOUT));
        this.upgrade = new UpgradeAttempt(eventLoop, settings.upgradeTimeout(), this::release, () -> transport.isPosting());
    }

    /**
     * Opens the connection and sends the open packet.
     *
     * @param removed called when the connection is gone: the client has received its end, or is no longer waited for
     */
    void open(EngineTransport first, Listener above, Runnable removed) {
        transport = first;
        listener = above;
        whenGone = removed;
        send(Packet.open(id, first.isPolling(), settings));
        heartbeat.begin();
    }

    /** The {@code sid} of the connection; secret. */
    String id() {
        return id;
    }

    public Caller caller() {
        return caller;
    }

    /** Charges a packet that no session is charged for; if the bucket is empty, closes the connection and returns false. */
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

    /** One for all sessions: a client could leave a namespace, join it again, and have the limits of a new session. */
    public TokenBucket sessionTokens() {
        return sessionTokens;
    }

    public EventLoop eventLoop() {
        return eventLoop;
    }

    /** The name of the current transport: {@code polling} or {@code websocket}; null before it is open. Any thread. */
    public String transport() {
        EngineTransport current = transport;
        return current == null ? null : current.name();
    }

    /** The send queue. It takes whole frames in the format of RFC 6455, whatever the transport; each frame is one packet. */
    public SendQueue sendQueue() {
        return sendQueue;
    }

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

    public boolean isOpen() {
        return state == State.OPEN;
    }

    /** Closes the connection; packets sent before are still delivered. */
    public void close() {
        if (end(CloseReason.NORMAL, State.CLOSING)) {
            transport.close(CloseReason.NORMAL);
            if (transport.isPolling()) {
                goneAfter(LINGER_MILLIS);
            } else {
                gone();
            }
        }
    }

    /** Closes the connection at once. */
    public void fail(CloseReason reason) {
        if (end(reason, State.CLOSED)) {
            transport.close(reason);
            gone();
        }
    }

    /** Reports that a transport has lost its client. */
    void lost(EngineTransport from, CloseReason reason) {
        if (upgrade.isBy(from)) {
            upgrade.end();
        } else if (from == transport) {
            if (end(reason, State.CLOSED)) {
                transport.discard();
            }
            gone();
        }
    }

    /** Removes the connection: the client has received the close packet, or is no longer waited for. */
    void gone() {
        state = State.CLOSED;
        upgrade.giveUp();
        whenGone.run();
        if (transport.isPolling()) {
            disconnected();
        }
    }

    /** Runs the tasks of {@link #whenDisconnected}, because the transport's connection is closed. */
    void disconnected() {
        disconnected = true;
        whenDisconnected.forEach(Runnable::run);
        whenDisconnected.clear();
    }

    /** Runs the task when the transport's connection is closed; at once, if it is closed already. */
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
                    heartbeat.pong();
                }
            }
            case Payload.BINARY -> binary(Payload.binary(packet));
            case Packet.CLOSE -> goodbye();
            case Packet.OPEN, Packet.UPGRADE, Packet.NOOP ->
                // Packets that only servers send; harmless, unless there are too many.
                spend(packet.length());
            default -> fail(CloseReason.PROTOCOL_ERROR);
        }
    }

    private void goodbye() {
        end(CloseReason.NORMAL, State.CLOSING);
        if (transport.takeLeave()) {
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

    /** @param message null if it was malformed */
    void binary(byte[] message) {
        if (message == null) {
            fail(CloseReason.PROTOCOL_ERROR);
        } else if (state == State.OPEN) {
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

    /** Handles a GET. */
    void poll(Exchange exchange) {
        if (state == State.CLOSED) {
            exchange.refuse(EngineIoError.UNKNOWN_SID);
        } else {
            transport.poll(exchange);
        }
    }

    /** Ends a waiting GET, if there is one; its client polls again. */
    void release() {
        transport.release();
    }

    /** Handles the headers of a POST; its body follows, and is ignored if the client has yet to fetch the close packet. */
    void beginPost(Exchange exchange) {
        if (state == State.CLOSED) {
            exchange.refuse(EngineIoError.UNKNOWN_SID);
        } else {
            transport.beginPost(exchange);
        }
    }

    void post(Exchange exchange, byte[] body) {
        transport.post(exchange, body);
    }

    /** Handles a POST whose body is not text. */
    void malformedPost(Exchange exchange) {
        transport.malformedPost(exchange);
    }

    /** A POST was answered with an error. */
    void abandonPost(Exchange exchange) {
        transport.abandonPost(exchange);
    }

    /** Registers a WebSocket as the candidate of an upgrade. Returns whether the upgrade may be tried. */
    boolean probe(EngineTransport other) {
        return state == State.OPEN && transport.isPolling() && upgrade.start(other);
    }

    /** The WebSocket has passed its probe: releases the poll for which the client waits before it completes the upgrade. */
    void probed(EngineTransport other) {
        upgrade.probed(other);
    }

    /** Completes an upgrade: the WebSocket carries the connection from now on, or brings the client its end. */
    void upgrade(EngineTransport other) {
        if (!upgrade.isBy(other) || state == State.CLOSED) {
            return;
        }
        EngineTransport former = transport;
        if (former.isPosting()) {
            // Packets on the WebSocket could overtake those of the POST.
            fail(CloseReason.PROTOCOL_ERROR);
            return;
        }
        upgrade.end();
        transport = other;
        boolean taken = former.handOver(other.sendQueue());
        if (state == State.CLOSING) {
            other.close(CloseReason.NORMAL);
            gone();
        } else if (!taken) {
            fail(CloseReason.SLOW_CONSUMER);
        } else {
            if (holds > 0) {
                other.pause();
            }
            listener.upgraded(other.name());
        }
    }

    boolean isCarriedBy(EngineTransport other) {
        return transport == other;
    }

    private boolean end(CloseReason reason, State next) {
        if (state != State.OPEN) {
            return false;
        }
        state = next;
        heartbeat.end();
        if (!upgrade.isProbed()) {
            // A client that changes over does not poll any more: it would never receive what it is sent before the end.
            upgrade.giveUp();
        }
        listener.closed(reason);
        return true;
    }
}
