package dev.atrium.backplane.redis;

import dev.atrium.room.RoomPage;
import dev.atrium.room.SessionId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.TreeSet;

/**
 * Listing of the rooms of a namespace with SCAN: pages are unordered, and their size depends on Redis.
 *
 * @param prefix of the rooms' names
 * @param limit number of names from which on the page is complete
 * @param names found so far
 */
record RoomScan(ReconnectingConnection commands, RedisKeys keys, String namespace, String prefix, int limit,
        TreeSet<String> names) {

    private static final int KEYS_AT_ONCE = 1_000;
    /**
     * Maximum number of SCAN calls per page. In a large Redis with few matching rooms a page may be empty: a longer search
     * would delay others.
     */
    private static final int MAX_CALLS = 50;

    static Future<RoomPage> page(ReconnectingConnection commands, RedisKeys keys, String namespace, String prefix,
            String cursor, int limit) {
        if (cursor != null && !isCursor(cursor)) {
            return Future.failedFuture(new IllegalArgumentException("cursor: expected the next of the page before"));
        }
        return new RoomScan(commands, keys, namespace, prefix, limit, new TreeSet<>())
                .next(cursor == null ? "0" : cursor, MAX_CALLS);
    }

    private Future<RoomPage> next(String cursor, int callsLeft) {
        Request scan = Request.cmd(Command.SCAN).arg(cursor).arg("MATCH").arg(keys.roomPattern(namespace, prefix))
                .arg("COUNT").arg(KEYS_AT_ONCE);
        return commands.send(scan).compose(reply -> {
            String next = reply.get(0).toString();
            for (Response key : reply.get(1)) {
                String name = keys.roomName(namespace, key.toString());
                if (!SessionId.isSessionId(name)) {
                    names.add(name);
                }
            }
            boolean isLast = next.equals("0");
            return isLast || names.size() >= limit || callsLeft == 1
                    ? Future.succeededFuture(new RoomPage(List.copyOf(names), isLast ? null : next))
                    : next(next, callsLeft - 1);
        });
    }

    /** Returns whether the text is a cursor of Redis: an unsigned 64-bit number. */
    private static boolean isCursor(String cursor) {
        try {
            return !cursor.startsWith("+") && Long.parseUnsignedLong(cursor) != 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
