package dev.atrium.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.util.Map;

/**
 * Socket of a channel of Netty's native transport, written to past the pipeline and the outbound buffer: a delivery to
 * thousands of connections touches less memory of each. On the channel's event loop only, while the channel is open and its
 * outbound buffer is empty.
 */
final class DirectSocket {

    /** Socket of a channel whose bytes must take the way through the pipeline; writes nothing. */
    private static final DirectSocket NONE = new DirectSocket(null);

    private final Socket socket;

    private DirectSocket(Socket socket) {
        this.socket = socket;
    }

    /** Returns the socket below a handler's context; {@link #NONE} if a handler between them changes the bytes, as TLS does. */
    static DirectSocket below(ChannelHandlerContext context) {
        if (!(context.channel() instanceof UnixChannel channel) || !(channel.fd() instanceof Socket socket)) {
            return NONE;
        }
        for (Map.Entry<String, ChannelHandler> each : context.pipeline()) {
            if (each.getValue() == context.handler()) {
                break;
            }
            if (each.getValue() instanceof ChannelOutboundHandler) {
                return NONE;
            }
        }
        return new DirectSocket(socket);
    }

    /**
     * Writes what the kernel accepts now, and leaves the buffer as it is.
     *
     * @return number of bytes written; 0 for a broken connection, too, which the channel finds at its own next write
     */
    int write(ByteBuf bytes) {
        if (socket == null || !bytes.hasMemoryAddress()) {
            return 0;
        }
        try {
            return socket.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex());
        } catch (IOException e) {
            return 0;
        }
    }
}
