package dev.atrium.backplane.redis;

import dev.atrium.room.RoomId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Index, in Redis, of the sessions that are connected to this replica, by their own rooms: the scripts that publish look up
 * there whether a session exists. Its empty field names the history of Redis's data in which all sessions were written, so that
 * an index that lacks some, after a failover for example, is not trusted. It expires with the saved sessions of the replica.
 * Any thread, unless noted otherwise.
 */
final class SessionIndex {

    private static final int CHUNK = 500;
    private static final String COMPLETE = "";

    private final ReconnectingConnection commands;
    private final RedisLoop loop;
    private final String key;
    private final long ttlMillis;
    /** On the backplane's event loop only, as the flag. */
    private final Set<RoomId> sessions = new HashSet<>();
    private boolean unpublished;

    /** @param windowMillis how long sessions can be resumed */
    SessionIndex(RedisContext context, ReconnectingConnection commands, long windowMillis) {
        this.commands = commands;
        this.loop = context.loop();
        this.key = context.keys().connected(context.node().name());
        this.ttlMillis = context.lease().millis() + windowMillis;
    }

    void add(RoomId session) {
        loop.execute(() -> {
            sessions.add(session);
            send(Request.cmd(Command.HSET).arg(key).arg(session.toString()).arg(""));
        });
    }

    void remove(RoomId session) {
        loop.execute(() -> {
            sessions.remove(session);
            send(Request.cmd(Command.HDEL).arg(key).arg(session.toString()));
        });
    }

    private void send(Request request) {
        repair(commands.send(request));
    }

    private void repair(Future<?> written) {
        written.onFailure(failure -> loop.execute(() -> {
            if (!unpublished) {
                unpublished = true;
                // A full Redis still takes this: nobody may conclude from the index that a session does not exist.
                commands.send(Request.cmd(Command.HDEL).arg(key).arg(COMPLETE));
            }
        }));
    }

    /** Returns whether a write has failed and is pending. On the loop. */
    boolean isUnpublished() {
        return unpublished;
    }

    /** Writes all sessions again. On the loop. */
    void republish() {
        unpublished = false;
        send(Request.cmd(Command.DEL).arg(key));
        Iterator<RoomId> all = List.copyOf(sessions).iterator();
        while (all.hasNext()) {
            Request chunk = Request.cmd(Command.HSET).arg(key);
            for (int i = 0; i < CHUNK && all.hasNext(); i++) {
                chunk.arg(all.next().toString()).arg("");
            }
            send(chunk);
        }
        repair(commands.send(target -> Request.cmd(Command.HSET).arg(key).arg(COMPLETE).arg(target.dataHistory())));
    }

    /** Renews the expiry, once in each heartbeat; an index that Redis has evicted is written again. On the loop. */
    void beat() {
        Future<Response> renewed = commands.send(Request.cmd(Command.PEXPIRE).arg(key).arg(ttlMillis));
        renewed.onSuccess(found -> loop.run(() -> unpublished |= found.toInteger() == 0));
        repair(renewed);
    }
}
