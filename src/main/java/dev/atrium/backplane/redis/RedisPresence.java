package dev.atrium.backplane.redis;

import dev.atrium.room.Presence;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Presence in Redis: the members of a room on all replicas, in one hash per room. An entry names its replica and counts only
 * while that replica's lease exists. Writes that failed while Redis was unreachable are repeated when it is back.
 */
final class RedisPresence {

    /** Entries per read: a room of ten thousand is listed in many short turns, of Redis and of this event loop. */
    private static final int PAGE = 500;

    private final ReconnectingConnection commands;
    private final RedisLoop loop;
    private final ConcurrencyLimiter limiter;
    private final RedisKeys keys;
    private final RoomLog log;
    private final String node;
    /** Presence entries of this replica; on the backplane's event loop only. */
    private final Map<RoomId, Map<String, Presence>> here = new HashMap<>();
    private final Map<RoomId, Set<Sender>> unpublishedExits = new HashMap<>();
    private boolean unpublished;

    RedisPresence(ReconnectingConnection commands, RedisLoop loop, ConcurrencyLimiter limiter, RedisKeys keys, RoomLog log,
            String node) {
        this.commands = commands;
        this.loop = loop;
        this.limiter = limiter;
        this.keys = keys;
        this.log = log;
        this.node = node;
    }

    Future<Void> enter(RoomId room, Presence presence) {
        return loop.call(() -> {
            here.computeIfAbsent(room, this::index).put(presence.who().id(), presence);
            return write(room, presence);
        });
    }

    Future<Void> exit(RoomId room, Sender who) {
        return loop.call(() -> {
            Map<String, Presence> present = here.get(room);
            if (present != null && present.remove(who.id()) != null && present.isEmpty()) {
                here.remove(room);
            }
            return erase(room, who);
        });
    }

    /** Returns whether a write of this replica failed and is pending. On the loop. */
    boolean isUnpublished() {
        return unpublished;
    }

    /** Writes all entries of this replica again: Redis may have lost everything, or missed changes meanwhile. On the loop. */
    void republish() {
        unpublished = false;
        Map<RoomId, Set<Sender>> exits = Map.copyOf(unpublishedExits);
        unpublishedExits.clear();
        exits.forEach((room, gone) -> gone.forEach(who -> limiter.submit(() -> erase(room, who))));
        here.forEach((room, present) -> {
            limiter.submit(() -> quietly(indexed(room)));
            present.values().forEach(presence -> limiter.submit(() -> write(room, presence)));
        });
    }

    /**
     * Extends the expiry of the entries, so that they are not lost early, yet do not stay for ever after all replicas have
     * died.
     */
    void refresh() {
        for (RoomId room : here.keySet()) {
            limiter.submit(() -> quietly(Request.cmd(Command.PEXPIRE).arg(keys.members(room)).arg(log.roomMillis(room))));
        }
        limiter.submit(() -> quietly(Request.cmd(Command.PEXPIRE).arg(keys.roomsOf(node)).arg(log.longestRoomMillis())));
    }

    Future<List<Presence>> members(RoomId room) {
        Map<String, MessageCodec.NodePresence> all = new HashMap<>();
        return scan(room, "0", page -> page.forEach(each -> all.put(each.presence().who().id(), each)))
                .compose(done -> onlyAlive(new ArrayList<>(all.values())));
    }

    /** Removes a dead replica's members from a room, each by a command of its own, which is added to the list. */
    Future<Void> expire(RoomId room, String dead, List<Future<Void>> exits) {
        return scan(room, "0", page -> {
            for (MessageCodec.NodePresence each : page) {
                if (each.node().equals(dead)) {
                    exits.add(limiter.call(() -> commands.send(exitOf(room, each.presence().who(), dead)).mapEmpty()));
                }
            }
        });
    }

    private interface Page {
        void take(List<MessageCodec.NodePresence> page);
    }

    private Future<Void> scan(RoomId room, String cursor, Page page) {
        return commands.send(Request.cmd(Command.HSCAN).arg(keys.members(room)).arg(cursor).arg("COUNT").arg(PAGE))
                .compose(reply -> {
                    page.take(decoded(reply.get(1)));
                    String next = reply.get(0).toString();
                    return next.equals("0") ? Future.succeededFuture() : scan(room, next, page);
                });
    }

    /** Decodes an HSCAN reply, in which fields and values alternate. */
    private static List<MessageCodec.NodePresence> decoded(Response pairs) {
        List<MessageCodec.NodePresence> page = new ArrayList<>(pairs.size() / 2);
        for (int i = 1; i < pairs.size(); i += 2) {
            page.add(MessageCodec.decodePresence(pairs.get(i).toBytes()));
        }
        return page;
    }

    private Future<List<Presence>> onlyAlive(List<MessageCodec.NodePresence> all) {
        Set<String> nodes = new HashSet<>();
        all.forEach(each -> nodes.add(each.node()));
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
        return Future.all(answers).map(ignored -> all.stream()
                .filter(each -> !dead.contains(each.node()))
                .map(MessageCodec.NodePresence::presence)
                .sorted(Presence.LONGEST_FIRST)
                .toList());
    }

    /** Registers a room before its first member enters: the cleanup after this replica's death finds the room by it. */
    private Map<String, Presence> index(RoomId room) {
        quietly(indexed(room));
        return new HashMap<>(2);
    }

    private Request indexed(RoomId room) {
        return Request.cmd(Command.SADD).arg(keys.roomsOf(node)).arg(room.toString());
    }

    private Future<Void> write(RoomId room, Presence presence) {
        // A failure is repaired by republish(): a join does not wait for Redis to come back.
        return quietly(Script.ENTER.with(keys.members(room))
                .arg(presence.who().id())
                .arg(Buffer.buffer(MessageCodec.encode(presence, node)))
                .arg(log.roomMillis(room))
                .arg(keys.channel(room))
                .arg(notice(new PresenceEvent(room, PresenceEvent.Change.JOINED, presence.who()))));
    }

    private Future<Void> erase(RoomId room, Sender who) {
        if (!here.containsKey(room)) {
            quietly(Request.cmd(Command.SREM).arg(keys.roomsOf(node)).arg(room.toString()));
        }
        return commands.send(exitOf(room, who, node)).<Void> mapEmpty().recover(failure -> {
            loop.execute(() -> {
                unpublished = true;
                unpublishedExits.computeIfAbsent(room, first -> new HashSet<>()).add(who);
            });
            return Future.succeededFuture();
        });
    }

    private Request exitOf(RoomId room, Sender who, String owner) {
        return Script.EXIT.with(keys.members(room))
                .arg(who.id())
                .arg(MessageCodec.ownedBy(owner))
                .arg(keys.channel(room))
                .arg(notice(new PresenceEvent(room, PresenceEvent.Change.LEFT, who)));
    }

    private static Buffer notice(PresenceEvent notice) {
        return Buffer.buffer("!").appendBytes(MessageCodec.encode(notice));
    }

    private Future<Void> quietly(Request request) {
        return commands.send(request).<Void> mapEmpty().recover(failure -> {
            // Repaired by republish().
            loop.execute(() -> unpublished = true);
            return Future.succeededFuture();
        });
    }
}
