package dev.atrium.transport.http;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.session.ClientConnection;
import dev.atrium.session.CloseReason;
import dev.atrium.session.RequestLoop;
import dev.atrium.session.SendQueue;
import dev.atrium.session.Session;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Sessions;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** One client that reads a room as an endless response. On its connection's event loop. */
final class EventStream implements ClientConnection {

    /** Clients of a replica that goes away come back within this time, spread at random. */
    private static final int RECONNECT_MILLIS = 2_000;

    private final Gateway gateway;
    private final Sessions sessions;
    private final StreamFormat format;
    private final HttpServerResponse response;
    private final SendQueue sendQueue;
    private final ConnectionLimiter.Slot slot;
    private Session session;
    private boolean begun;
    private boolean gone;

    EventStream(Gateway gateway, Sessions sessions, StreamFormat format, HttpServerResponse response, ConnectionLimiter.Slot slot) {
        this.slot = slot;
        this.gateway = gateway;
        this.sessions = sessions;
        this.format = format;
        this.response = response;
        this.sendQueue = new ResponseSendQueue(response, sessions.sendQueueLimit());
    }

    /**
     * Joins the room and begins.
     *
     * @param since the place that the client was at, or null
     * @param refused told why it cannot be; nothing has been written then
     */
    void begin(Caller caller, RoomId room, StreamPosition since, boolean visible, Consumer<ErrorReply> refused) {
        try {
            session = gateway.connect(new SessionRequest(caller, RequestLoop.current(), room.namespace(), format.transport(), this, format));
        } catch (ErrorReply error) {
            slot.release();
            refused.accept(error);
            return;
        }
        if (!visible) {
            session.hide();
        }
        response.closeHandler(closed -> gone());
        response.exceptionHandler(failure -> gone());
        if (response.closed()) {
            // Before anybody could be told.
            gone();
            return;
        }
        session.inTurn(() -> gateway.execute(session, new Command.Join(room, false, since))).subscribe().with(joined -> {
            response.setChunked(true)
                    .putHeader(HttpHeaders.CONTENT_TYPE, format.contentType())
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    // A proxy that gathers what it passes on would hold messages back: nginx listens to this.
                    .putHeader("X-Accel-Buffering", "no");
            begun = true;
            send(format.head());
            send(format.welcome(session.id(), joined));
            session.follow();
        }, failure -> {
            boolean hears = !gone;
            gone();
            if (hears) {
                refused.accept(ErrorReply.of(failure));
            }
        });
    }

    @Override
    public SendQueue sendQueue() {
        return sendQueue;
    }

    /** A stream has no way back: that the connection takes what is written has to do, and TCP says when it does not. */
    @Override
    public void ping() {
        if (response.closed()) {
            gone();
            return;
        }
        if (begun) {
            send(format.heartbeat());
        }
        session.heard();
    }

    @Override
    public void expiring(long expires) {
        if (begun) {
            send(format.expiring(expires));
        }
    }

    @Override
    public void close(CloseReason reason, String detail) {
        if (gone) {
            return;
        }
        if (!begun) {
            response.setStatusCode(503).putHeader(HttpHeaders.RETRY_AFTER, "1").end();
        } else if (reason == CloseReason.SLOW_CONSUMER) {
            // What it did not read would have to be sent first; it comes back to where it was by the last id it has.
            response.reset();
        } else {
            sendQueue.offer(Unpooled.wrappedBuffer(
                    format.goodbye(reason, ThreadLocalRandom.current().nextInt(RECONNECT_MILLIS))));
            response.end();
        }
        gone();
    }

    private void send(byte[] bytes) {
        session.send(Unpooled.wrappedBuffer(bytes));
    }

    private void gone() {
        if (!gone) {
            gone = true;
            session.closed(CloseReason.CONNECTION_LOST);
            sessions.disconnected();
            slot.release();
        }
    }
}
