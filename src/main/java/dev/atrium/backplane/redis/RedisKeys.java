package dev.atrium.backplane.redis;

import dev.atrium.room.RoomId;
import dev.atrium.room.SessionId;

/**
 * The names of keys and channels. All keys of one room carry the same hash tag, so that in a Redis Cluster they live on
 * one node, as a script needs them to.
 */
final class RedisKeys {

    private final String prefix;

    RedisKeys(String prefix) {
        this.prefix = prefix;
    }

    /** Hash {@code epoch}, {@code offset}. */
    String room(RoomId room) {
        return prefix + ":room:{" + room + "}";
    }

    /** Stream of the room's last messages. */
    String log(RoomId room) {
        return prefix + ":log:{" + room + "}";
    }

    /** Hash from session id to who and since when. */
    String members(RoomId room) {
        return prefix + ":members:{" + room + "}";
    }

    /** The channel on which a room's messages are published; that of a session is its replica's. */
    String channel(RoomId room) {
        return room.isSession() ? node(SessionId.node(room.name())) : room(room);
    }

    /** The channel of one replica. */
    String node(String node) {
        return prefix + ":node:" + node;
    }

    /** Exists as long as the replica is alive. */
    String lease(String node) {
        return prefix + ":lease:" + node;
    }
}
