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

    /** Hash {@code epoch}, {@code offset}; of a session that has moved from the replica that its id names, {@code node}. */
    String room(RoomId room) {
        return prefix + ":room:{" + room + "}";
    }

    /** Stream of the room's last messages. */
    String log(RoomId room) {
        return prefix + ":log:{" + room + "}";
    }

    /** Hash from session id to who, since when and on which replica. */
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

    /** What the channel of each replica begins with. */
    String nodes() {
        return node("");
    }

    /** Set of the replicas that have said that they are alive, and of which nobody has noted yet that they are not. */
    String registry() {
        return prefix + ":nodes";
    }

    /** Exists while one replica makes up for the death of another. */
    String reaper(String node) {
        return prefix + ":reaper:" + node;
    }

    /** Set of the rooms in which a replica has members. */
    String roomsOf(String node) {
        return prefix + ":rooms:" + node;
    }

    /** Hash from token to session, of those that are connected to a replica. */
    String sessions(String node) {
        return prefix + ":sessions:{" + node + "}";
    }

    /** A session of that replica that waits to be resumed. */
    String session(String node, String token) {
        return prefix + ":session:{" + node + "}:" + token;
    }

    /** The receipt of the publication with that idempotency key. */
    String once(RoomId room, String idempotency) {
        return prefix + ":once:{" + room + "}:" + idempotency;
    }

    /** What the keys of the rooms of a namespace match whose names begin so. */
    String roomPattern(String namespace, String name) {
        return escaped(prefix + ":room:{" + namespace + " " + name) + "*}";
    }

    /** The name of the room of such a key. */
    String roomName(String namespace, String key) {
        return key.substring((prefix + ":room:{" + namespace + " ").length(), key.length() - 1);
    }

    /** As RoomId prints it; a namespace holds no space. */
    static RoomId room(String printed) {
        int space = printed.indexOf(' ');
        return new RoomId(printed.substring(0, space), printed.substring(space + 1));
    }

    private static String escaped(String glob) {
        return glob.replaceAll("[\\\\*?\\[\\]^-]", "\\\\$0");
    }
}
