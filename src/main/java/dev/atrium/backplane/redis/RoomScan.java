package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.room.RoomPage;
import dev.atrium.room.SessionId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * Listing of rooms with SCAN: pages are unordered, and their size depends on Redis. One page is made at a time, with pauses: a
 * few clients that list rooms would take all of Redis's time. On the backplane's event loop, except {@link #page}.
 */
final class RoomScan {

    private static final int KEYS_AT_ONCE = 1_000;

    /** Maximum number of SCAN calls per page, which may be empty: a longer search in a large Redis would delay others. */
    private static final int MAX_CALLS = 50;

    /** Pause between two calls, of which each takes about half a millisecond. */
    private static final long PAUSE_MILLIS = 1;

    /** Maximum number of pages that wait for their turn. */
    private static final int MAX_WAITING = 100;

    private final ReconnectingConnection commands;
    private final RedisLoop loop;
    private final RedisKeys keys;
    private final ConcurrencyLimiter pages;

    RoomScan(ReconnectingConnection commands, RedisLoop loop, RedisKeys keys) {
        this.commands = commands;
        this.loop = loop;
        this.keys = keys;
        this.pages = ConcurrencyLimiter.oneAtATime(loop);
    }

    /**
     * Returns a page; fails if too many wait for theirs. Any thread.
     *
     * @param cancelled whether nobody waits for the page any more, so that it is not made to its end
     */
    Future<RoomPage> page(String namespace, String prefix, String cursor, int limit, BooleanSupplier cancelled) {
        if (cursor != null && !isCursor(cursor)) {
            return Future.failedFuture(new IllegalArgumentException("cursor: expected the next of the page before"));
        }
        return loop.call(() -> {
            if (pages.waiting() == MAX_WAITING) {
                return Future.failedFuture(BackplaneUnavailableException.notSent("too many lists of rooms are pending"));
            }
            Scan scan = new Scan(namespace, prefix, limit, cancelled, new TreeSet<>());
            return pages.call(() -> next(scan, cursor == null ? "0" : cursor, MAX_CALLS));
        });
    }

    /** Page in the making, with the names found so far. */
    private record Scan(String namespace, String prefix, int limit, BooleanSupplier cancelled, TreeSet<String> names) {
    }

    private Future<RoomPage> next(Scan page, String cursor, int callsLeft) {
        if (page.cancelled.getAsBoolean()) {
            return Future.succeededFuture(new RoomPage(List.of(), null));
        }
        Request scan = Request.cmd(Command.SCAN).arg(cursor).arg("MATCH").arg(keys.roomPattern(page.namespace, page.prefix))
                .arg("COUNT").arg(KEYS_AT_ONCE);
        return commands.send(scan).compose(reply -> {
            String next = reply.get(0).toString();
            for (Response key : reply.get(1)) {
                String name = keys.roomName(page.namespace, key.toString());
                if (!SessionId.isSessionId(name)) {
                    page.names.add(name);
                }
            }
            boolean isLast = next.equals("0");
            return isLast || page.names.size() >= page.limit || callsLeft == 1
                    ? Future.succeededFuture(new RoomPage(List.copyOf(page.names), isLast ? null : next))
                    : pause().compose(over -> next(page, next, callsLeft - 1));
        });
    }

    private Future<Void> pause() {
        Promise<Void> pause = Promise.promise();
        loop.after(PAUSE_MILLIS, pause::complete);
        return pause.future();
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
