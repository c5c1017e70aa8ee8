package dev.atrium.transport.websocket;

import dev.atrium.session.CloseReason;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPingMessage;
import io.quarkus.websockets.next.OnPongMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import org.jboss.logging.Logger;

/**
 * What the WebSocket endpoints have in common: the stream of a client's messages feeds the protocol of its connection. The gate has
 * admitted the handshake. One instance serves all connections; callbacks run on the connection's event loop.
 *
 * <p>Messages come as one {@link Multi} for each connection: a callback for each message would allocate a context, a promise and a
 * {@link Uni} for each.
 *
 * @param <H> what its gate has found out
 */
public abstract class SocketEndpoint<H extends Handshake> {

    private static final Logger LOG = Logger.getLogger(SocketEndpoint.class);

    private final Class<H> type;

    protected SocketEndpoint(Class<H> type) {
        this.type = type;
    }

    /** What is spoken on a new connection. */
    protected abstract SocketProtocol protocol(H handshake, WebSocketConnection connection);

    /** The handshake is answered: from now on the protocol may send. */
    @OnOpen
    public Uni<Void> open(WebSocketConnection connection) {
        H handshake = type.cast(connection.userData().remove(Handshake.KEY));
        handshake.opened();
        if (handshake.channel().guard().isOpen()) {
            open(handshake, connection);
        }
        // Else it is gone already, and its end has been reported before anybody could listen.
        return Uni.createFrom().voidItem();
    }

    private void open(H handshake, WebSocketConnection connection) {
        SocketProtocol protocol = handshake.failure() != null
                ? new RefusingProtocol(CloseReason.UNAUTHENTICATED, handshake.failure().getMessage())
                : protocol(handshake, connection);
        UpgradeChannel channel = handshake.channel();
        SocketConnection socket = new SocketConnection(connection, channel.guard(), protocol, channel.belowEncoder(), handshake.sessions());
        connection.userData().put(SocketConnection.KEY, socket);
        try {
            socket.open();
        } catch (RuntimeException e) {
            LOG.error("A connection could not be opened", e);
            socket.close(CloseReason.SERVER_FAULT);
        }
    }

    /** The text messages of one connection. */
    @OnTextMessage
    public Uni<Void> texts(Multi<String> texts, WebSocketConnection connection) {
        SocketConnection socket = socket(connection);
        if (socket != null) {
            texts.subscribe().withSubscriber(new MessageSubscriber<>(socket::text));
        }
        return Uni.createFrom().voidItem();
    }

    /** The binary messages of one connection. The framework subscribes here last: from now on no message is lost. */
    @OnBinaryMessage
    public Uni<Void> binaries(Multi<Buffer> binaries, WebSocketConnection connection) {
        SocketConnection socket = socket(connection);
        if (socket != null) {
            binaries.subscribe().withSubscriber(new MessageSubscriber<>(bytes -> socket.lent(bytes.getByteBuf())));
            socket.begin();
        }
        return Uni.createFrom().voidItem();
    }

    /** Vert.x has answered the ping. */
    @OnPingMessage
    @NonBlocking
    public void ping(Buffer ignored, WebSocketConnection connection) {
        pong(ignored, connection);
    }

    /** A pong, asked for or not. */
    @OnPongMessage
    @NonBlocking
    public void pong(Buffer ignored, WebSocketConnection connection) {
        SocketConnection socket = socket(connection);
        if (socket != null) {
            socket.pinged();
        }
    }

    /** The closing handshake has begun, or the connection broke. */
    @OnClose
    @NonBlocking
    public void closed(WebSocketConnection connection) {
        SocketConnection socket = socket(connection);
        if (socket != null) {
            socket.closed();
        }
    }

    /** What no protocol has handled. */
    @OnError
    @NonBlocking
    public void failed(Throwable failure, WebSocketConnection connection) {
        if (failure instanceof HttpClosedException) {
            // The connection broke; its end is reported, too.
            return;
        }
        LOG.error("A connection failed", failure);
        SocketConnection socket = socket(connection);
        if (socket != null) {
            socket.fail(CloseReason.SERVER_FAULT);
        }
    }

    private static SocketConnection socket(WebSocketConnection connection) {
        return connection.userData().get(SocketConnection.KEY);
    }
}
