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
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Base of the WebSocket endpoints: passes the messages of each connection to its protocol. The gate has admitted the handshake.
 * One instance serves all connections; callbacks run on the connection's event loop.
 *
 * <p>
 * Messages come as one {@link Multi} for each connection: a callback for each message would allocate a context, a promise and a
 * {@link Uni} each time.
 *
 * @param <H> type of the admitted handshake
 */
public abstract class SocketEndpoint<H extends Handshake> {

    private static final Logger LOG = Logger.getLogger(SocketEndpoint.class);

    protected abstract SocketProtocol protocol(H handshake, WebSocketConnection connection);

    /** Opens the connection after its handshake: from now on the protocol may send. */
    @OnOpen
    public Uni<Void> open(WebSocketConnection connection) {
        // The gate of this path has attached it.
        @SuppressWarnings("unchecked")
        H handshake = (H) connection.userData().remove(Handshake.KEY);
        handshake.opened();
        if (handshake.channel().guard().isOpen()) {
            open(handshake, connection);
        }
        // Otherwise the connection has closed before the endpoint could listen, and there is nothing to open.
        return Uni.createFrom().voidItem();
    }

    private void open(H handshake, WebSocketConnection connection) {
        SocketProtocol protocol = handshake.failure() != null
                ? new RefusingProtocol(handshake.caller(), handshake.failure())
                : protocol(handshake, connection);
        UpgradeChannel channel = handshake.channel();
        SocketConnection socket = new SocketConnection(connection, channel.guard(), protocol, channel.belowEncoder(),
                handshake.settings().sessions());
        connection.userData().put(SocketConnection.KEY, socket);
        try {
            socket.listen();
            protocol.open(socket);
        } catch (RuntimeException e) {
            LOG.error("A connection could not be opened", e);
            socket.close(CloseReason.SERVER_FAULT);
        }
        channel.open();
    }

    @OnTextMessage
    public Uni<Void> texts(Multi<String> texts, WebSocketConnection connection) {
        socket(connection).ifPresent(socket -> texts.subscribe().withSubscriber(new MessageSubscriber<>(socket::text)));
        return Uni.createFrom().voidItem();
    }

    /**
     * Subscribes to the binary messages of a connection and starts the reading. The framework calls this one last: both streams
     * have a subscriber, so no message is lost.
     */
    @OnBinaryMessage
    public Uni<Void> binaries(Multi<Buffer> binaries, WebSocketConnection connection) {
        socket(connection).ifPresent(socket -> {
            binaries.subscribe().withSubscriber(new MessageSubscriber<>(bytes -> socket.lent(bytes.getByteBuf())));
            socket.begin();
        });
        return Uni.createFrom().voidItem();
    }

    /** Receives a ping; Vert.x has answered it. */
    @OnPingMessage
    @NonBlocking
    public void ping(Buffer ignored, WebSocketConnection connection) {
        pong(ignored, connection);
    }

    /** Receives a pong, solicited or not. */
    @OnPongMessage
    @NonBlocking
    public void pong(Buffer ignored, WebSocketConnection connection) {
        socket(connection).ifPresent(SocketConnection::pinged);
    }

    /** Reports the end of the connection: the closing handshake has begun, or the connection was lost. */
    @OnClose
    @NonBlocking
    public void closed(WebSocketConnection connection) {
        socket(connection).ifPresent(SocketConnection::closed);
    }

    /** Closes the connection after an error that no protocol has handled. */
    @OnError
    @NonBlocking
    public void failed(Throwable failure, WebSocketConnection connection) {
        if (failure instanceof HttpClosedException) {
            // The connection was lost; the close callback reports it.
            return;
        }
        LOG.error("A connection failed", failure);
        socket(connection).ifPresent(socket -> socket.fail(CloseReason.SERVER_FAULT));
    }

    /** Empty if the connection closed before it was opened. */
    private static Optional<SocketConnection> socket(WebSocketConnection connection) {
        return Optional.ofNullable(connection.userData().get(SocketConnection.KEY));
    }
}
