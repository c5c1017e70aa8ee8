package dev.atrium.transport.websocket;

import dev.atrium.session.Sessions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A WebSocket on an embedded channel: what its client sends, and what it is sent. For tests of protocols. */
public final class EmbeddedSocket {

    private static final int MAX_MESSAGE = 100_000;

    private final EmbeddedChannel channel;
    private final SocketConnection connection;
    private final List<String> sent = new ArrayList<>();

    /** Opens the socket and calls the protocol. */
    public EmbeddedSocket(EmbeddedChannel channel, SocketProtocol protocol, Sessions sessions) {
        this.channel = channel;
        FrameGuard guard = new FrameGuard(MAX_MESSAGE);
        channel.pipeline().addLast("below", new ChannelOutboundHandlerAdapter()).addLast(guard);
        ChannelHandlerContext below = channel.pipeline().context("below");
        connection = new SocketConnection(framework(), guard, protocol, below, sessions);
        connection.listen();
        protocol.open(connection);
        connection.begin();
        channel.runPendingTasks();
    }

    /** The framework's part of the connection, which is asked for nothing but to close it. */
    private WebSocketConnection framework() {
        return (WebSocketConnection) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] { WebSocketConnection.class },
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("close")) {
                        throw new UnsupportedOperationException(method.toString());
                    }
                    CloseReason reason = (CloseReason) arguments[0];
                    collect();
                    sent.add("close " + reason.getCode() + " " + reason.getMessage());
                    return Uni.createFrom().voidItem();
                });
    }

    /** The connection, as protocols see it. */
    public SocketConnection connection() {
        return connection;
    }

    /** Its client sends a text message. */
    public void text(String text) {
        connection.text(text);
        channel.runPendingTasks();
    }

    /** Its client sends a binary message. */
    public void binary(ByteBuf bytes) {
        connection.lent(bytes);
        bytes.release();
        channel.runPendingTasks();
    }

    /** Its client sends a ping. */
    public void ping() {
        connection.pinged();
        channel.runPendingTasks();
    }

    /** Its client has gone. */
    public void lost() {
        connection.closed();
        channel.runPendingTasks();
    }

    /** Returns the frames sent since the last call: texts, bytes in hexadecimal digits, and the close. */
    public List<String> sent() {
        channel.runPendingTasks();
        collect();
        List<String> all = List.copyOf(sent);
        sent.clear();
        return all;
    }

    private void collect() {
        for (Object written = channel.readOutbound(); written != null; written = channel.readOutbound()) {
            if (written instanceof ByteBuf frames) {
                frames(frames);
            } else if (written instanceof CloseWebSocketFrame close) {
                sent.add("close " + close.statusCode());
            }
            ReferenceCountUtil.release(written);
        }
    }

    private void frames(ByteBuf frames) {
        while (frames.isReadable()) {
            int opcode = frames.readByte() & 0x0F;
            byte[] payload = ByteBufUtil.getBytes(frames.readSlice(Frames.readLength(frames)));
            sent.add(switch (opcode) {
                case Frames.TEXT -> new String(payload, StandardCharsets.UTF_8);
                case Frames.PING -> "ping";
                default -> HexFormat.of().formatHex(payload);
            });
        }
    }
}
