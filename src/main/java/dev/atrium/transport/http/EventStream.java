package dev.atrium.transport.http;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.Cost;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.ReplyJson;
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
import dev.atrium.transport.admission.HttpChannel;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Client connection that streams a room as an endless response. On its connection's event loop. */
final class EventStream implements ClientConnection {

    /** Time that a client has for reading the end of its stream; a stalled one would hold its memory for ever. */
    private static final long MAX_GOODBYE_MILLIS = 10_000;

    private final Gateway gateway;
    private final Sessions sessions;
    private final StreamFormat format;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final SendQueue sendQueue;
    private final ConnectionLimiter.Slot slot;
    private Consumer<ErrorReply> refused;
    private Session session;
    private boolean begun;
    /** Whether the session has ended; the response may still be on its way. */
    private boolean left;
    private boolean gone;

    EventStream(Gateway gateway, Sessions sessions, StreamFormat format, HttpServerRequest request,
            ConnectionLimiter.Slot slot) {
        this.slot = slot;
        this.gateway = gateway;
        this.sessions = sessions;
        this.format = format;
        this.request = request;
        this.response = request.response();
        this.sendQueue = new ResponseSendQueue(response, sessions.sendQueueLimit());
    }

    /** Joins the room and starts the response. If that fails, nothing was written, and the error is handed over. */
    void begin(Caller caller, RoomId room, StreamPosition since, boolean visible, Consumer<ErrorReply> onRefusal) {
        refused = onRefusal;
        try {
            session = gateway.connect(
                    new SessionRequest(caller, RequestLoop.current(), room.namespace(), format.transport(), this, format));
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
            // The client has disconnected before the handlers were set, which are not called any more.
            gone();
        } else {
            join(room, since);
        }
    }

    private void join(RoomId room, StreamPosition since) {
        session.inTurn(() -> gateway.execute(session, Cost.NONE, new Command.Join(room, false, since))).subscribe()
                .with(joined -> {
                    if (left) {
                        // Closed and answered while the join waited for the backplane.
                        return;
                    }
                    format.setHeaders(response.setChunked(true));
                    begun = true;
                    send(format.head());
                    send(format.welcome(session.id(), joined));
                    session.follow();
                }, failure -> {
                    boolean receives = !left;
                    gone();
                    if (receives) {
                        refused.accept(ErrorReply.of(failure));
                    }
                });
    }

    @Override
    public SendQueue sendQueue() {
        return sendQueue;
    }

    /** Writes a heartbeat. A stream receives nothing from its client: it counts as alive until TCP reports a failed write. */
    @Override
    public void ping() {
        if (response.closed()) {
            gone();
            return;
        }
        if (begun) {
            send(format.heartbeat());
        }
        session.received();
    }

    @Override
    public void expiring(long expires) {
        if (begun) {
            send(format.expiring(expires));
        }
    }

    @Override
    public void close(CloseReason reason, String detail) {
        if (left) {
            return;
        }
        if (!begun) {
            refused.accept(ErrorReply.unavailable(reason.text(), true));
        } else if (reason == CloseReason.SLOW_CONSUMER) {
            // A goodbye would have to wait for all that the client has not read; it reconnects and resumes after the last id
            // that it has received.
            HttpChannel.abort(request);
        } else {
            sendQueue.offer(Unpooled.wrappedBuffer(format.goodbye(reason, ReplyJson.reconnectDelay())));
            Future<?> tooLate = HttpChannel.of(request).eventLoop().schedule(() -> HttpChannel.abort(request),
                    MAX_GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
            leave();
            // Not before, because a drain waits for a client until its response has been sent.
            response.end().onComplete(ended -> {
                tooLate.cancel(false);
                gone();
            });
            return;
        }
        gone();
    }

    private void send(byte[] bytes) {
        session.send(Unpooled.wrappedBuffer(bytes));
    }

    private void leave() {
        left = true;
        session.closed(CloseReason.CONNECTION_LOST);
    }

    private void gone() {
        leave();
        if (!gone) {
            gone = true;
            sessions.disconnected();
            slot.release();
        }
    }
}
