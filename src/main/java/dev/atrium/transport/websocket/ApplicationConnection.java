package dev.atrium.transport.websocket;

import dev.atrium.gateway.Gateway;
import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.session.ChannelSendQueue;
import dev.atrium.session.ClientConnection;
import dev.atrium.session.CloseReason;
import dev.atrium.session.SendQueue;
import dev.atrium.session.Session;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.quarkus.websockets.next.WebSocketConnection;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Client connection of a session on a WebSocket endpoint that the application has written itself. The application handles the
 * client's messages; to this handler they are only a sign of liveness. On the connection's event loop only.
 */
final class ApplicationConnection extends ChannelDuplexHandler implements ClientConnection {

    private static final Logger LOG = Logger.getLogger(ApplicationConnection.class);

    /**
     * Milliseconds from a close to the end of the connection. Vert.x starts its own timer only when its close frame is written,
     * which never happens for a client that does not read.
     */
    private static final long LINGER_MILLIS = 3_000;

    private static final byte[] PING = Frames.of(Frames.PING, new byte[0]);

    private final WebSocketConnection connection;
    private final Channel channel;
    private final Gateway gateway;
    private final WholeMessages sendQueue;
    private Session session;

    ApplicationConnection(WebSocketConnection connection, Channel channel, Gateway gateway, Sessions sessions) {
        this.connection = connection;
        this.channel = channel;
        this.gateway = gateway;
        this.sendQueue = new WholeMessages(
                new ChannelSendQueue(UpgradeChannel.listen(channel, this), sessions.deliveryLoop(channel.eventLoop()),
                        sessions.sendQueueLimit()),
                sessions.sendQueueLimit());
    }

    /** @throws dev.atrium.gateway.ErrorReply 429 if the user has the maximum number of sessions */
    Session open(Caller caller) {
        session = gateway.connect(new SessionRequest(caller, channel.eventLoop(), RoomId.DEFAULT_NAMESPACE, Transport.ENDPOINT,
                this, PlainFormat.INSTANCE));
        return session;
    }

    /** Removes the handler, because the session could not be opened. */
    void forget() {
        channel.pipeline().remove(this);
    }

    @Override
    public SendQueue sendQueue() {
        return sendQueue;
    }

    @Override
    public void ping() {
        if (!sendQueue.offer(Unpooled.wrappedBuffer(PING))) {
            session.closeSoon(CloseReason.SLOW_CONSUMER);
        }
    }

    @Override
    public void close(CloseReason reason, String detail) {
        connection.close(new io.quarkus.websockets.next.CloseReason(reason.code(), detail)).subscribe().with(
                sent -> {
                }, failure -> LOG.debugf("A close frame was not sent: %s", failure.getMessage()));
        channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof CloseWebSocketFrame && session != null) {
            session.closed(CloseReason.NORMAL);
        }
        ctx.fireChannelRead(message);
    }

    /** Watches the frames that the application sends. */
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ctx.write(message, promise);
        if (message instanceof CloseWebSocketFrame) {
            if (session != null) {
                // Nothing may follow a close frame (RFC 6455 section 5.5.1).
                session.closed(CloseReason.NORMAL);
            }
        } else if (message instanceof TextWebSocketFrame || message instanceof BinaryWebSocketFrame
                || message instanceof ContinuationWebSocketFrame) {
            sendQueue.fragment(((WebSocketFrame) message).isFinalFragment());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (session != null) {
            session.received();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        sendQueue.drop();
        if (session != null) {
            session.closed(CloseReason.CONNECTION_LOST);
            gateway.disconnected();
        }
        ctx.fireChannelInactive();
    }
}
