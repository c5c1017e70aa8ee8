package dev.atrium.backplane.redis;

import dev.atrium.room.RoomId;
import dev.atrium.room.SessionId;
import io.vertx.redis.client.Response;
import java.util.List;

/**
 * Names of the Redis keys and channels. All keys of one room carry the same hash tag, so that a Redis Cluster keeps them on one
 * node, as scripts require.
 */
final class RedisKeys {

    private final String prefix;
    /**
     * Prefix of the channels. Redis has one set of them for all of its databases: without the number, installations in two
     * databases would receive each other's messages. No prefix of keys has an {@code @}.
     */
    private final String channels;

    RedisKeys(String prefix, int database) {
        this.prefix = prefix;
        this.channels = database == 0 ? prefix : prefix + ":@" + database;
    }

    /** Hash {@code history}, {@code ids}: which history of its data this Redis has. */
    String server() {
        return prefix + ":server";
    }

    /** Hash {@code epoch}, {@code offset}, {@code histories}; for a session that has moved, also its {@code node}. */
    String room(RoomId room) {
        return prefix + ":room:{" + room + "}";
    }

    /** Stream of the room's last messages. */
    String log(RoomId room) {
        return prefix + ":log:{" + room + "}";
    }

    /** Hash from session id to presence entry: the session, since when, and on which replica. */
    String members(RoomId room) {
        return prefix + ":members:{" + room + "}";
    }

    /** Channel on which a room's messages are published; for a session's room, its replica's channel. */
    String channel(RoomId room) {
        return room.isSession() ? node(SessionId.node(room.name())) : channels + ":room:{" + room + "}";
    }

    String node(String node) {
        return channels + ":node:" + node;
    }

    /** Lease of a replica: exists while the replica is alive. */
    String lease(String node) {
        return prefix + ":lease:" + node;
    }

    /** Prefix of the channels of all replicas. */
    String nodes() {
        return node("");
    }

    /** Set of the replicas that have registered and have not been cleaned up after their death. */
    String registry() {
        return prefix + ":nodes";
    }

    /**
     * Hash of the requests of one hour that all replicas have to handle, with their times: one that was cut off reads it when
     * it is back. By hours, because Redis serves nobody while it is read; and no sorted set, whose commands the Redis user of
     * an installed Atrium may not call.
     */
    String requests(long hour) {
        return prefix + ":requests:" + hour;
    }

    /** Claim on the cleanup after a dead replica: exists while another replica works on it. */
    String reaper(String node) {
        return prefix + ":reaper:" + node;
    }

    /** Set of the rooms in which a replica has members. */
    String roomsOf(String node) {
        return prefix + ":rooms:" + node;
    }

    /** Hash from token to session, for the sessions connected to a replica. */
    String sessions(String node) {
        return prefix + ":sessions:{" + node + "}";
    }

    /** A disconnected session of a replica that can be resumed, or a reference to its newer token. */
    String session(String node, String token) {
        return prefix + ":session:{" + node + "}:" + token;
    }

    /** Hash of the sessions connected to a replica, by their own rooms; the empty field tells that all of them are written. */
    String connected(String node) {
        return prefix + ":connected:{" + node + "}";
    }

    /** Exists if a session was ended that its killed replica has left, as long as it could be resumed. */
    String endedSession(RoomId session) {
        return prefix + ":ended:{session " + session + "}";
    }

    /**
     * Exists if the sessions of a user were ended, as long as those that waited for their client could be resumed.
     *
     * @param namespace null for all namespaces
     */
    String endedUser(String namespace, String user) {
        return prefix + ":ended:{user " + (namespace == null ? "*" : namespace) + " " + user + "}";
    }

    /** Token of a session that is not connected, while it can be resumed. */
    String waiting(RoomId session) {
        return prefix + ":waiting:{" + session + "}";
    }

    String prefix() {
        return prefix + ":";
    }

    /** Result of the publication with that idempotency key. */
    String once(RoomId room, String idempotency) {
        // The last brace ends the room's name: a key with a brace of its own could be that of another room.
        return prefix + ":once:{" + room + "}:" + idempotency.replace("%", "%25").replace("}", "%7D");
    }

    /** Pattern that matches the keys of a namespace's rooms whose names begin so. */
    String roomPattern(String namespace, String name) {
        return escaped(prefix + ":room:{" + namespace + " " + name) + "*}";
    }

    /** Returns the room name in such a key. */
    String roomName(String namespace, String key) {
        return key.substring((prefix + ":room:{" + namespace + " ").length(), key.length() - 1);
    }

    /** Parses the rooms in which a replica has members; skips what another program has added. */
    static List<RoomId> rooms(Response printed) {
        return printed.stream().map(Response::toString).filter(each -> each.indexOf(' ') > 0).map(RedisKeys::room).toList();
    }

    /** Parses a room as {@link RoomId#toString} prints it; a namespace contains no space. */
    static RoomId room(String printed) {
        int space = printed.indexOf(' ');
        return new RoomId(printed.substring(0, space), printed.substring(space + 1));
    }

    private static String escaped(String glob) {
        return glob.replaceAll("[\\\\*?\\[\\]^-]", "\\\\$0");
    }
}
