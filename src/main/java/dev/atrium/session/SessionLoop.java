package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import io.netty.channel.EventLoop;

/**
 * One event loop with what all its sessions share: the delivery of rooms' messages and the heartbeat.
 *
 * @param eventLoop Netty's
 * @param delivery rooms hand over messages here
 * @param heartbeat finds clients that are gone
 * @param handshakeThrottle those who come pass it
 */
record SessionLoop(EventLoop eventLoop, DeliveryLoop delivery, Heartbeat heartbeat, HandshakeThrottle handshakeThrottle) {
}
