package dev.atrium.transport.engineio;

import dev.atrium.session.CloseReason;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** POSTs of a client that polls, one at a time: its packets are in their bodies. On the connection's event loop only. */
final class PollingPosts {

    /** Packets of one client in a turn of its event loop: as many as there are messages of a WebSocket in one. */
    private static final int PACKETS_PER_TURN = 64;

    private final EngineSocket socket;
    private final EngineTransport transport;
    /** A POST whose body is being received. */
    private Exchange arriving;
    private Exchange post;
    private Iterator<String> packets;
    private boolean draining;

    PollingPosts(EngineSocket socket, EngineTransport transport) {
        this.socket = socket;
        this.transport = transport;
    }

    void begin(Exchange exchange) {
        if (areThere()) {
            // The packets of the second would overtake those of the first.
            exchange.refuseSecond();
            (post == null ? arriving : take()).reset();
            arriving = null;
            socket.fail(CloseReason.PROTOCOL_ERROR);
            return;
        }
        arriving = exchange;
        exchange.whenGone(() -> socket.eventLoop().execute(() -> {
            if (arriving == exchange) {
                arriving = null;
                socket.lost(transport, CloseReason.CONNECTION_LOST);
            }
        }));
    }

    void abandon(Exchange exchange) {
        if (arriving == exchange) {
            arriving = null;
        }
    }

    void received(Exchange exchange, byte[] body) {
        if (arriving != exchange) {
            // Answered while its body was received.
            return;
        }
        arriving = null;
        Iterator<String> decoded = Payload.decode(body);
        if (decoded == null) {
            malformed(exchange);
            return;
        }
        post = exchange;
        packets = decoded;
        next();
    }

    void malformed(Exchange exchange) {
        exchange.refuse(EngineIoError.BAD_REQUEST);
        socket.fail(CloseReason.PROTOCOL_ERROR);
    }

    boolean areThere() {
        return post != null || arriving != null;
    }

    /** Handles the packets that have arrived, unless the client is paused. */
    void next() {
        if (draining) {
            // A packet that completes at once calls back here; the loop below continues, or the recursion could overflow the
            // stack.
            return;
        }
        draining = true;
        int left = PACKETS_PER_TURN;
        try {
            while (post != null && !socket.isPaused() && socket.isOpen() && packets.hasNext()) {
                if (left-- == 0) {
                    // Scheduled, and no mere task: Netty runs dozens of those before it looks for what other clients have sent.
                    socket.eventLoop().schedule(this::next, 0, TimeUnit.NANOSECONDS);
                    return;
                }
                packet(packets.next());
            }
        } finally {
            draining = false;
        }
        if (post != null && (!packets.hasNext() && !socket.isPaused() || !socket.isOpen())) {
            take().ok();
        }
    }

    /** Ends the POST whose packets are handled. Its text, which may be a megabyte, is not kept until the next one. */
    private Exchange take() {
        Exchange taken = post;
        post = null;
        packets = null;
        return taken;
    }

    private void packet(String packet) {
        boolean binary = !packet.isEmpty() && packet.charAt(0) == Payload.BINARY;
        byte[] bytes = binary ? Payload.binary(packet) : null;
        if (bytes != null) {
            socket.binary(bytes);
        } else if (binary || packet.isEmpty() || packet.charAt(0) < Packet.OPEN || packet.charAt(0) > Packet.NOOP) {
            malformed(take());
        } else {
            socket.packet(packet);
        }
    }

    /** Rejects a POST whose body is being received. */
    void refuseArriving() {
        if (arriving != null) {
            arriving.refuse(EngineIoError.UNKNOWN_SID);
            arriving = null;
        }
    }

    /** Accepts a POST whose packets are being handled; the rest of them are dropped. */
    void finish() {
        if (post != null) {
            take().ok();
        }
    }
}
