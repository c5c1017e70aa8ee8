package dev.atrium.session;

import dev.atrium.room.WireFormat;
import dev.atrium.security.Caller;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;

/**
 * What a transport asks a new session for.
 *
 * @param caller identity and address of the client
 * @param eventLoop that of the connection
 * @param namespace of the rooms that the session can join
 * @param transport for metrics and logs
 * @param connection on which the session writes
 * @param format in which the session's messages are encoded
 */
public record SessionRequest(Caller caller, EventLoop eventLoop, String namespace, Transport transport, ClientConnection connection, WireFormat<ByteBuf> format) {
}
