package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.security.Identity;
import dev.atrium.security.Permission;
import dev.atrium.security.Policy;

/**
 * What a client may have of rooms that only the server knows when the command comes, those of an earlier session for example. Decided
 * when the command was permitted.
 *
 * @param policy of this server
 * @param identity of the client
 */
record Grant(Policy policy, Identity identity) {

    /** Whether it may be in a room. Its own and its namespace's are no question. */
    boolean mayJoin(RoomId room) {
        return !room.isNamed() || policy.allows(identity, room, Permission.JOIN);
    }

    /** Whether it may be sent who comes and goes there. */
    boolean mayWatch(RoomId room) {
        return policy.allows(identity, room, Permission.PRESENCE);
    }

    /** Whether it may be sent whatever is kept of a room, and not only what it missed. */
    boolean mayReadBack(RoomId room) {
        return room.isSession() || policy.allows(identity, room, Permission.HISTORY);
    }
}
