package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One WebSocket connection of the load generator. It parses frame headers in place and skips the payloads, so that a delivery
 * allocates nothing. On the load loop only.
 */
public final class Client extends ByteToMessageDecoder {

    private enum State {
        CONNECTING,
        OPEN,
        JOINED,
        CLOSED
    }

    private static final ByteBuf HEAD_END = ascii("\r\n\r\n");
    private static final ByteBuf SWITCHED = ascii("HTTP/1.1 101");

    private final ClientPool fleet;
    private final Dialect dialect;
    private final int index;
    private final boolean slow;
    private State state = State.CONNECTING;
    private Channel channel;

    Client(ClientPool fleet, Dialect dialect, int index, boolean slow) {
        this.fleet = fleet;
        this.dialect = dialect;
        this.index = index;
        this.slow = slow;
    }

    /** Index in the pool, from 0. */
    int index() {
        return index;
    }

    /** Returns whether this client will stop reading. */
    boolean isSlow() {
        return slow;
    }

    String room() {
        return fleet.plan().name(index);
    }

    boolean hasJoined() {
        return state == State.JOINED;
    }

    /** Called by the dialect as soon as the client is in its room. */
    void joined() {
        state = State.JOINED;
        fleet.joined(this);
    }

    void send(String text) {
        send(ClientFrame.text(text.getBytes(StandardCharsets.US_ASCII)));
    }

    void send(ByteBuf frame) {
        channel.writeAndFlush(frame, channel.voidPromise());
    }

    /** Stops reading for good: the server's bytes fill the kernel's buffers, then the server's send queue. */
    void stall() {
        channel.config().setAutoRead(false);
    }

    boolean isOpen() {
        return state == State.OPEN || state == State.JOINED;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        if (state == State.CLOSED) {
            reset();
            return;
        }
        context.writeAndFlush(ClientFrame.handshake(dialect.path(room()), fleet.port()), context.voidPromise());
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (state == State.CONNECTING && !readHandshake(in)) {
            return;
        }
        while (readFrame(in)) {
            // Each iteration reads one frame.
        }
    }

    private boolean readHandshake(ByteBuf in) {
        int end = ByteBufUtil.indexOf(HEAD_END, in);
        if (end < 0) {
            return false;
        }
        if (!ByteBufUtil.equals(in, in.readerIndex(), SWITCHED, 0, SWITCHED.readableBytes())) {
            fail("the handshake was refused: "
                    + in.toString(in.readerIndex(), end - in.readerIndex(), StandardCharsets.US_ASCII));
            return false;
        }
        in.readerIndex(end + HEAD_END.readableBytes());
        state = State.OPEN;
        fleet.opened();
        dialect.opened(this);
        return true;
    }

    /** Reads one frame if it has arrived completely. */
    private boolean readFrame(ByteBuf in) {
        int start = in.readerIndex();
        int readable = in.readableBytes();
        if (readable < 2) {
            return false;
        }
        int length = in.getByte(start + 1) & 0x7F;
        int header = 2;
        if (length == 126) {
            header = 4;
            length = readable < header ? Integer.MAX_VALUE - header : in.getUnsignedShort(start + 2);
        } else if (length == 127) {
            header = 10;
            length = readable < header ? Integer.MAX_VALUE - header : (int) in.getLong(start + 2);
        }
        if (readable < header + length) {
            return false;
        }
        int payload = start + header;
        take(in, in.getByte(start) & 0x0F, payload, length);
        in.readerIndex(payload + length);
        return true;
    }

    private void take(ByteBuf in, int opcode, int at, int length) {
        switch (opcode) {
            case ClientFrame.TEXT, ClientFrame.BINARY -> {
                if (length > 0 && dialect.received(this, in, at, length)) {
                    fleet.delivered(this, in, at + dialect.textAt());
                }
            }
            case ClientFrame.PING -> send(ClientFrame.frame(ClientFrame.PONG, ByteBufUtil.getBytes(in, at, length)));
            case ClientFrame.CLOSE -> fail("close code " + (length < 2 ? 1005 : in.getUnsignedShort(at)));
            default -> {
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        fail("the connection was closed");
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause.toString());
    }

    /** Closes the connection and records a failure of the server or of the load generator. */
    void fail(String reason) {
        boolean opened = isOpen();
        if (state != State.CLOSED) {
            state = State.CLOSED;
            fleet.failed(opened, reason);
        }
        if (channel != null) {
            channel.close();
        }
    }

    /** Resets the connection without a close frame and without a port in TIME_WAIT, so that thousands more can be opened. */
    void reset() {
        state = State.CLOSED;
        if (channel != null && channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    private static ByteBuf ascii(String text) {
        return Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }
}
