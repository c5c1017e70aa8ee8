package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import io.netty.channel.EventLoop;

/**
 * Event loop with the services shared by all of its sessions.
 *
 * @param eventLoop Netty's event loop
 * @param delivery delivers the messages of rooms
 * @param heartbeat detects clients that are gone
 * @param firstReads limits how many new connections are read for the first time in one turn
 * @param handshakeThrottle limits how many new connections are handled at a time
 * @param replyTurns limits how many large replies are made in one turn
 */
record SessionLoop(EventLoop eventLoop, DeliveryLoop delivery, Heartbeat heartbeat, FirstReads firstReads,
        HandshakeThrottle handshakeThrottle, ReplyTurns replyTurns) {
}
