package dev.atrium.transport.websocket;

import io.netty.channel.Channel;
import io.quarkus.websockets.next.UserData.TypedKey;

/**
 * The handshake of an endpoint that the application has written itself, kept in case that its connection joins a room.
 *
 * @param address the client's IP address
 */
record ApplicationHandshake(Channel channel, String address) {

    static final TypedKey<ApplicationHandshake> KEY = new TypedKey<>(ApplicationHandshake.class.getName());
}
