package dev.atrium.session;

import dev.atrium.room.DeliveryLoop;
import io.netty.channel.EventLoop;

/** Event loop with the services shared by all of its sessions. */
record SessionLoop(EventLoop eventLoop, DeliveryLoop delivery, Heartbeat heartbeat, FirstReads firstReads,
        HandshakeThrottle handshakeThrottle, ReplyTurns replyTurns) {
}
