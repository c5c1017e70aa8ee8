package dev.atrium.transport.websocket;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.Cost;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.SendWindow;
import dev.atrium.room.Data;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.session.Session;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Protocol of the plain socket: the connection is a member of one room, each frame of the client is published to it, and each
 * message of the room is one frame.
 *
 * <p>
 * The protocol has no replies. A frame that fails with a repeatable error is held and retried, and the client is not read
 * meanwhile: while Redis is unavailable no message is lost, and none is published twice.
 */
final class PlainProtocol extends SingleSessionProtocol {

    private static final long RETRY_MILLIS = 200;

    private final RoomId room;
    private final boolean echo;
    /** Data that failed with a repeatable error and waits for a retry. */
    private final ArrayDeque<Data> held = new ArrayDeque<>();
    private SendWindow window;

    PlainProtocol(Gateway gateway, Caller caller, RoomId room, boolean echo) {
        super(gateway, caller);
        this.room = room;
        this.echo = echo;
    }

    @Override
    Session connect() {
        window = new SendWindow(connection, task -> session.loop().run(task));
        return gateway.connect(new SessionRequest(caller, connection.eventLoop(), room.namespace(), Transport.PLAIN, connection,
                PlainFormat.INSTANCE));
    }

    @Override
    void begin() {
        connection.await(session.inTurn(
                () -> gateway.admit(session)
                        .chain(() -> gateway.execute(session, Cost.NONE, new Command.Join(room, false, null)))),
                joined -> session.follow(), this::end);
    }

    @Override
    public void text(String text) {
        send(new Data.Text(text));
    }

    @Override
    public void binary(ByteBuf bytes) {
        send(new Data.Binary(ByteBufUtil.getBytes(bytes)));
    }

    private void send(Data data) {
        if (!gateway.chargeOrClose(session, data.size())) {
            return;
        }
        window.submit(publish(data), result -> {
        }, error -> refused(data, error));
    }

    private void refused(Data data, ErrorReply error) {
        if (error.code() == 401 || error.code() == 403) {
            end(error);
            return;
        }
        if (!error.isRepeatable() || !session.isOpen()) {
            // The message may have been published: a retry could publish it twice. The gateway has counted the failure.
            return;
        }
        held.add(data);
        if (held.size() == 1) {
            connection.pause();
            retryLater();
        }
    }

    private void retryLater() {
        connection.eventLoop().schedule(this::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Retries the first held message; one at a time, so that later messages never overtake one that fails again. */
    private void retry() {
        if (!session.isOpen()) {
            held.clear();
            return;
        }
        publish(held.peek()).subscribe().with(
                result -> session.loop().run(this::next),
                failure -> session.loop().run(() -> {
                    if (ErrorReply.of(failure).isRepeatable()) {
                        retryLater();
                    } else {
                        next();
                    }
                }));
    }

    private Uni<PublishResult> publish(Data data) {
        return gateway.execute(session, Cost.NONE, new Command.Publish(room, null, data, echo, null));
    }

    private void next() {
        held.poll();
        if (held.isEmpty()) {
            connection.resume();
        } else {
            retry();
        }
    }
}
