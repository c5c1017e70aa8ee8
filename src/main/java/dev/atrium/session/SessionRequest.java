package dev.atrium.session;

import dev.atrium.room.WireFormat;
import dev.atrium.security.Caller;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;

/** Parameters of a new session, set by its transport. */
public record SessionRequest(Caller caller, EventLoop eventLoop, String namespace, Transport transport,
        ClientConnection connection, WireFormat<ByteBuf> format) {
}
