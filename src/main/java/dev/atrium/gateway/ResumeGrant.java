package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import java.util.function.Predicate;

/**
 * What a session that goes on as an earlier one may still have of what that one had.
 *
 * @param join whether it may be in a room
 * @param watch whether it may be shown who comes and goes there
 */
record ResumeGrant(Predicate<RoomId> join, Predicate<RoomId> watch) {

    boolean mayJoin(RoomId room) {
        return join.test(room);
    }

    boolean mayWatch(RoomId room) {
        return watch.test(room);
    }
}
