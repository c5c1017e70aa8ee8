package dev.atrium.gateway;

import dev.atrium.room.Membership;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;

/**
 * Result of a join.
 *
 * @param position the session receives every message after it, once its membership follows
 * @param recovered whether it is the position that the client sent, so that no message is lost
 * @param membership on hold until {@link Membership#follow}, which is called once the client has been sent the position
 */
public record Joined(RoomId room, StreamPosition position, boolean recovered, Membership membership) {

    /** The result for a client that sent one position but was resumed from another. */
    Joined asFrom(StreamPosition named, StreamPosition from) {
        return new Joined(room, position, recovered && named.equals(from), membership);
    }

    static Joined of(Membership membership) {
        return new Joined(membership.room(), membership.position(), membership.isRecovered(), membership);
    }
}
