package dev.atrium.backplane.redis;

import dev.atrium.room.Presence;
import dev.atrium.room.RoomId;
import dev.atrium.room.SessionId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Who is in a room, on all replicas: one hash per room. An entry belongs to the replica that its session id names, and
 * counts only while that replica's lease exists. What could not be written while Redis was away is written when it is
 * back.
 */
final class RedisPresence {

    /** Entries in one HSET when all is said again. */
    private static final int CHUNK = 500;

    private final RedisLink commands;
    private final RedisLoop loop;
    private final Paced paced;
    private final RedisKeys keys;
    private final long ttlMillis;
    private final String node;
    /** What this replica has to say; on the backplane's event loop only. */
    private final Map<RoomId, Map<String, Presence>> here = new HashMap<>();
    private final Map<RoomId, Set<String>> unsaidExits = new HashMap<>();

    RedisPresence(RedisLink commands, RedisLoop loop, Paced paced, RedisKeys keys, String node, long ttlMillis) {
        this.paced = paced;
        this.ttlMillis = ttlMillis;
        this.commands = commands;
        this.loop = loop;
        this.keys = keys;
        this.node = node;
    }

    Future<Void> enter(RoomId room, Presence presence) {
        return onLoop(() -> {
            here.computeIfAbsent(room, ignored -> new HashMap<>(2)).put(presence.who().id(), presence);
            return write(room, List.of(presence));
        });
    }

    Future<Void> exit(RoomId room, String sessionId) {
        return onLoop(() -> {
            here.computeIfPresent(room, (ignored, present) -> {
                present.remove(sessionId);
                return present.isEmpty() ? null : present;
            });
            return erase(room, sessionId);
        });
    }

    /** Redis may have lost everything, or missed what happened meanwhile: says all of it again. */
    void sayAgain() {
        Map<RoomId, Set<String>> exits = Map.copyOf(unsaidExits);
        unsaidExits.clear();
        exits.forEach((room, ids) -> ids.forEach(id -> paced.submit(() -> erase(room, id))));
        here.forEach((room, present) -> {
            List<Presence> all = List.copyOf(present.values());
            for (int i = 0; i < all.size(); i += CHUNK) {
                List<Presence> some = all.subList(i, Math.min(all.size(), i + CHUNK));
                paced.submit(() -> write(room, some));
            }
        });
    }

    /** Entries outlive a cluster that died with all its replicas, but not for ever. */
    void refresh() {
        for (RoomId room : here.keySet()) {
            paced.submit(() -> expire(room));
        }
    }

    Future<List<Presence>> members(RoomId room) {
        return commands.send(Request.cmd(Command.HGETALL).arg(keys.members(room))).compose(reply -> {
            List<Presence> all = new ArrayList<>(reply.size());
            // RESP3 answers a map, whose keys() are the fields.
            for (String id : reply.getKeys()) {
                all.add(MessageCodec.decodePresence(reply.get(id).toBytes()));
            }
            return onlyAlive(room, all);
        });
    }

    private Future<List<Presence>> onlyAlive(RoomId room, List<Presence> all) {
        Set<String> nodes = new HashSet<>();
        all.forEach(presence -> nodes.add(SessionId.node(presence.who().id())));
        nodes.remove(node);
        Set<String> dead = ConcurrentHashMap.newKeySet();
        List<Future<Response>> answers = new ArrayList<>();
        for (String each : nodes) {
            answers.add(commands.send(Request.cmd(Command.EXISTS).arg(keys.lease(each))).onSuccess(reply -> {
                if (reply.toInteger() == 0) {
                    dead.add(each);
                }
            }));
        }
        return Future.all(answers).map(ignored -> {
            all.stream().map(presence -> presence.who().id()).filter(id -> dead.contains(SessionId.node(id)))
                    .forEach(id -> loop.execute(() -> paced.submit(() -> erase(room, id))));
            all.removeIf(presence -> dead.contains(SessionId.node(presence.who().id())));
            all.sort(Comparator.comparingLong(Presence::since));
            return all;
        });
    }

    private Future<Void> write(RoomId room, List<Presence> present) {
        Request request = Request.cmd(Command.HSET).arg(keys.members(room));
        for (Presence presence : present) {
            request.arg(presence.who().id()).arg(Buffer.buffer(MessageCodec.encode(presence)));
        }
        // A failure is made good by sayAgain(): joining does not wait for Redis to come back.
        return commands.send(request).compose(written -> expire(room)).<Void>mapEmpty()
                .recover(failure -> Future.succeededFuture());
    }

    private Future<Response> expire(RoomId room) {
        return commands.send(Request.cmd(Command.PEXPIRE).arg(keys.members(room)).arg(ttlMillis))
                .recover(failure -> Future.succeededFuture());
    }

    private Future<Void> erase(RoomId room, String sessionId) {
        return commands.send(Request.cmd(Command.HDEL).arg(keys.members(room)).arg(sessionId))
                .<Void>mapEmpty().recover(failure -> {
                    loop.execute(() -> unsaidExits.computeIfAbsent(room, i -> new HashSet<>()).add(sessionId));
                    return Future.succeededFuture();
                });
    }

    private Future<Void> onLoop(Supplier<Future<Void>> work) {
        Promise<Void> promise = Promise.promise();
        loop.execute(() -> work.get().onComplete(promise));
        return promise.future();
    }
}
