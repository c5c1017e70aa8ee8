package dev.atrium.session;

import dev.atrium.room.WireFormat;
import dev.atrium.security.Caller;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;

/**
 * Parameters of a new session, set by its transport.
 *
 * @param caller identity and address of the client
 * @param eventLoop event loop of the connection
 * @param namespace namespace of the rooms that the session can join
 * @param transport transport, for metrics and logs
 * @param connection connection to which the session writes
 * @param format encoding of the session's messages
 */
public record SessionRequest(Caller caller, EventLoop eventLoop, String namespace, Transport transport,
        ClientConnection connection, WireFormat<ByteBuf> format) {
}
