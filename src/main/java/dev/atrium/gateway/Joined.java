package dev.atrium.gateway;

import dev.atrium.room.Membership;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;

/**
 * A session is in a room.
 *
 * @param position every message after it will be handed to the session, once its membership follows
 * @param recovered whether that is the place that the client named, so that nothing is lost
 * @param membership to be told to follow when the client has been told its place
 */
public record Joined(RoomId room, StreamPosition position, boolean recovered, Membership membership) {

    /** Of a client that named one place, and that was told what came after another. */
    Joined asFrom(StreamPosition named, StreamPosition from) {
        return new Joined(room, position, recovered && named.equals(from), membership);
    }

    static Joined of(Membership membership) {
        return new Joined(membership.room(), membership.position(), membership.isRecovered(), membership);
    }
}
