package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.security.Identity;
import dev.atrium.security.Permission;
import dev.atrium.security.Policy;

/**
 * Permissions of a client for rooms that are only known during the execution of a command, for example the rooms of an earlier
 * session. Created when the command is permitted.
 */
record Grant(Policy policy, Identity identity) {

    /** Returns whether it may join a room. Its own room and its namespace's are always permitted. */
    boolean mayJoin(RoomId room) {
        return !room.isNamed() || policy.allows(identity, room, Permission.JOIN);
    }

    /** Returns whether it may receive presence events of a room. */
    boolean mayWatch(RoomId room) {
        return policy.allows(identity, room, Permission.PRESENCE);
    }

    /** Returns whether it may read the whole retained history of a room, and not only what it missed. */
    boolean mayReadBack(RoomId room) {
        return room.isSession() || policy.allows(identity, room, Permission.HISTORY);
    }
}
