package dev.atrium.transport.engineio;

import dev.atrium.security.Caller;
import dev.atrium.session.CloseReason;
import dev.atrium.session.SendQueue;
import dev.atrium.transport.websocket.SocketConnection;
import dev.atrium.transport.websocket.SocketProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * WebSocket transport: each message is a packet. It carries a connection from its handshake, or upgrades it from polling. After
 * an upgrade the WebSocket may live on another event loop than the Engine.IO connection; every call then crosses over as a
 * task.
 */
final class WebSocketTransport implements EngineTransport, SocketProtocol {

    /** Bytes of messages on their way to another event loop above which the client is not read. */
    private static final long MAX_WAITING_BYTES = 64 * 1024;
    /** Minimum size, in bytes, that a message counts as. */
    private static final int MESSAGE_OVERHEAD = 64;

    private final EngineSockets sockets;
    private final Caller caller;
    private EngineSocket socket;
    private SocketConnection connection;
    private SendQueue sendQueue;
    private final Queue<Runnable> crossed = new ArrayDeque<>();
    /** Size of the messages on their way to the connection's event loop. */
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicInteger pings = new AtomicInteger();
    /** Whether the client is paused for their sake; changed on the WebSocket's event loop only. */
    private volatile boolean held;
    private boolean suspended;
    private boolean draining;
    private boolean broken;

    /** @param former the polling connection that the WebSocket is to upgrade; null for a new one */
    WebSocketTransport(EngineSockets sockets, Caller caller, EngineSocket former) {
        this.caller = caller;
        this.sockets = sockets;
        this.socket = former;
    }

    @Override
    public String name() {
        return "websocket";
    }

    @Override
    public void open(SocketConnection opened) {
        connection = opened;
        if (socket == null) {
            sendQueue = opened.sendQueue();
            socket = sockets.create(caller, opened.eventLoop());
            sockets.open(socket, this);
            return;
        }
        sendQueue = isAtHome() ? opened.sendQueue()
                : new RelaySendQueue(opened, sockets.deliveryLoop(socket.eventLoop()), sockets.sendQueueLimit(),
                        () -> fail(CloseReason.SLOW_CONSUMER));
        home(() -> {
            if (!socket.probe(this)) {
                close(CloseReason.NORMAL);
            }
        });
    }

    @Override
    public SendQueue sendQueue() {
        return sendQueue;
    }

    @Override
    public void text(String packet) {
        counted(packet.length(), () -> {
            if (socket.isCarriedBy(this)) {
                inOrder(() -> socket.packet(packet));
            } else {
                beforeUpgrade(packet);
            }
        });
    }

    /** Handles a packet, or queues it if the connection was paused while the packet crossed event loops. */
    private void inOrder(Runnable packet) {
        if (socket.isPaused() || !crossed.isEmpty()) {
            crossed.add(packet);
        } else {
            packet.run();
        }
    }

    private void beforeUpgrade(String packet) {
        if (!socket.spend(packet.length())) {
            return;
        }
        if (packet.equals(Packet.PING + Packet.PROBE)) {
            away(() -> connection.send(Packet.pongToProbe()));
            socket.probed(this);
        } else if (packet.length() == 1 && packet.charAt(0) == Packet.UPGRADE) {
            socket.upgrade(this);
        } else {
            close(CloseReason.NORMAL);
            socket.lost(this, CloseReason.PROTOCOL_ERROR);
        }
    }

    @Override
    public void binary(ByteBuf bytes) {
        byte[] message = ByteBufUtil.getBytes(bytes);
        counted(message.length, () -> {
            if (socket.isCarriedBy(this)) {
                inOrder(() -> socket.binary(message));
            } else {
                beforeUpgrade("");
            }
        });
    }

    @Override
    public void pause() {
        if (!suspended) {
            suspended = true;
            away(connection::pause);
        }
    }

    @Override
    public void resume() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (!crossed.isEmpty() && !socket.isPaused()) {
                crossed.poll().run();
            }
        } finally {
            draining = false;
        }
        if (suspended && !socket.isPaused()) {
            suspended = false;
            away(connection::resume);
        }
    }

    @Override
    public void close(CloseReason reason) {
        if (sendQueue instanceof RelaySendQueue relay) {
            relay.flush();
        }
        away(() -> {
            if (reason == CloseReason.GOING_AWAY || reason == CloseReason.REBALANCED) {
                // Stock clients on OkHttp do not react to a close frame: they would notice the end by their heartbeat, most of
                // a minute later.
                connection.breakOff(reason);
            } else if (broken || isOurs(reason)) {
                connection.close(reason);
            } else {
                connection.closeWithoutStatus(reason);
            }
        });
    }

    /** Returns whether the reason is sent as the close code; closes that belong to the Engine.IO protocol carry no code. */
    private static boolean isOurs(CloseReason reason) {
        return switch (reason) {
            case NORMAL, PROTOCOL_ERROR, HEARTBEAT_TIMEOUT, CONNECTION_LOST -> false;
            default -> true;
        };
    }

    @Override
    public void discard() {
        close(CloseReason.NORMAL);
    }

    @Override
    public boolean takeLeave() {
        discard();
        return true;
    }

    @Override
    public boolean pinged() {
        if (pings.getAndIncrement() == 0) {
            // One task for all that come until it runs: pings are read also while the connection is paused.
            home(() -> {
                int count = pings.getAndSet(0);
                for (int i = 0; i < count; i++) {
                    socket.spend(0);
                }
            });
        }
        return true;
    }

    @Override
    public void bytesReceived() {
        // Only a pong counts as a sign of liveness.
    }

    @Override
    public void readingPaused(boolean readingPaused) {
        // The Engine.IO connection knows that it is paused.
    }

    @Override
    public void fail(CloseReason reason) {
        broken = true;
        home(() -> {
            if (socket.isCarriedBy(this)) {
                socket.fail(reason);
            } else {
                socket.lost(this, reason);
            }
            // The socket does not close this transport if it never carried the connection, or if the connection has ended
            // already.
            close(reason);
        });
    }

    @Override
    public void closed(CloseReason reason) {
        home(() -> {
            if (reason == CloseReason.CONNECTION_LOST || !socket.isCarriedBy(this)) {
                socket.lost(this, reason);
            } else {
                // What the client has sent before it closed still counts.
                inOrder(() -> socket.lost(this, reason));
            }
        });
    }

    @Override
    public void disconnected() {
        home(() -> {
            if (socket.isCarriedBy(this)) {
                socket.disconnected();
            }
        });
    }

    @Override
    public boolean answersTextHeartbeats() {
        return false;
    }

    /** Hands a message over, and pauses its client if too many bytes wait for the connection's event loop. */
    private void counted(int bytes, Runnable message) {
        if (isAtHome()) {
            message.run();
            return;
        }
        int size = MESSAGE_OVERHEAD + bytes;
        boolean full = waitingBytes.addAndGet(size) > MAX_WAITING_BYTES;
        socket.eventLoop().execute(() -> {
            if (waitingBytes.addAndGet(-size) <= MAX_WAITING_BYTES / 2 && held) {
                connection.eventLoop().execute(this::drained);
            }
            message.run();
        });
        if (full && !held) {
            held = true;
            connection.pause();
            // The connection's event loop may have handled all messages before it could see that the client is paused.
            drained();
        }
    }

    @Override
    public boolean isHeld() {
        return held;
    }

    private void drained() {
        if (held && waitingBytes.get() <= MAX_WAITING_BYTES / 2) {
            held = false;
            connection.resume();
        }
    }

    private boolean isAtHome() {
        return socket.eventLoop() == connection.eventLoop();
    }

    private void home(Runnable task) {
        if (isAtHome()) {
            task.run();
        } else {
            socket.eventLoop().execute(task);
        }
    }

    private void away(Runnable task) {
        if (isAtHome()) {
            task.run();
        } else {
            connection.eventLoop().execute(task);
        }
    }
}
