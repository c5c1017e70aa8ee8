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
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Presence in Redis: the members of a room on all replicas, in one hash per room. An entry names its replica and counts only
 * while that replica's lease exists. Writes that failed while Redis was unreachable are repeated when it is back.
 */
final class RedisPresence extends RepublishedState {

    private static final ForeignEntries FOREIGN = new ForeignEntries("a room's members");

    /** Entries per read: a room of ten thousand is listed in many short turns, of Redis and of this event loop. */
    private static final int PAGE = 500;
    private static final int MAX_EXITS = 10_000;
    private static final long MAX_PAUSE_MILLIS = 1_000;

    private final RoomLog log;
    /** Presence entries of this replica; on the backplane's event loop only. */
    private final Map<RoomId, Map<String, Presence>> local = new HashMap<>();
    private final Map<RoomId, Set<Sender>> unpublishedExits = new HashMap<>();
    private final CoalescedCalls<RoomId, List<Presence>> listings;
    private boolean lostExits;
    private int exits;
    private volatile boolean mayNotCount;

    RedisPresence(RedisContext context, ReconnectingConnection commands, RoomLog log) {
        super(context, commands);
        this.log = log;
        this.listings = new CoalescedCalls<>(loop, MAX_PAUSE_MILLIS);
    }

    Future<Void> enter(RoomId room, Presence presence) {
        return loop.call(() -> {
            local.computeIfAbsent(room, this::index).put(presence.who().id(), presence);
            return write(room, presence);
        });
    }

    Future<Void> exit(RoomId room, Sender member) {
        return loop.call(() -> {
            Map<String, Presence> present = local.get(room);
            if (present != null && present.remove(member.id()) != null && present.isEmpty()) {
                local.remove(room);
            }
            return erase(room, member);
        });
    }

    /** Writes all entries of this replica again: Redis may have lost everything, or missed changes meanwhile. On the loop. */
    void republish() {
        unpublished = false;
        Map<RoomId, Set<Sender>> missed = Map.copyOf(unpublishedExits);
        unpublishedExits.clear();
        exits = 0;
        missed.forEach((room, gone) -> gone.forEach(member -> limiter.submit(() -> eraseAgain(room, member))));
        local.forEach((room, present) -> {
            limiter.submit(() -> local.containsKey(room) ? sendOrRepublish(indexed(room)) : Future.succeededFuture());
            present.keySet().forEach(id -> limiter.submit(() -> writeAgain(room, id)));
        });
        if (lostExits) {
            eraseForgotten();
        }
    }

    /** Redis may have failed over, and lost acknowledged exits: the next republication looks for them. On the loop. */
    void suspectLostExits() {
        lostExits = true;
    }

    /** Erases entries of this replica whose exit Redis has lost. It reads all rooms with members here. */
    private void eraseForgotten() {
        lostExits = false;
        commands.send(Request.cmd(Command.SMEMBERS).arg(keys.roomsOf(node))).onSuccess(rooms -> {
            for (RoomId room : RedisKeys.rooms(rooms)) {
                limiter.submit(() -> eraseForgotten(room).onFailure(this::searchAgain));
            }
        }).onFailure(this::searchAgain);
    }

    private Future<Void> eraseForgotten(RoomId room) {
        return scan(room, "0", page -> page.stream().filter(entry -> entry.node().equals(node))
                .forEach(entry -> limiter.submit(() -> eraseAgain(room, entry.presence().who()))))
                .compose(done -> loop.call(() -> local.containsKey(room) ? Future.succeededFuture() : unindex(room)));
    }

    private void searchAgain(Throwable failure) {
        loop.execute(() -> {
            lostExits = true;
            unpublished = true;
        });
    }

    /** Writes an entry whose turn has come, unless its session has left meanwhile: it would be listed for good. */
    private Future<Void> writeAgain(RoomId room, String id) {
        Presence presence = find(room, id);
        return presence == null ? Future.succeededFuture() : write(room, presence);
    }

    /** Erases an entry whose turn has come, unless its session has come back meanwhile. */
    private Future<Void> eraseAgain(RoomId room, Sender member) {
        return find(room, member.id()) == null ? erase(room, member) : Future.succeededFuture();
    }

    private Presence find(RoomId room, String id) {
        return local.getOrDefault(room, Map.of()).get(id);
    }

    /** Extends the expiry of the entries: none is lost early, and none stays for ever after all replicas have died. */
    void refresh() {
        for (RoomId room : local.keySet()) {
            limiter.submit(() -> local.containsKey(room) ? refresh(room) : Future.succeededFuture());
        }
        limiter.submit(() -> local.isEmpty() ? Future.succeededFuture()
                : expectOrRepublish(Request.cmd(Command.PEXPIRE).arg(keys.roomsOf(node)).arg(log.longestRoomMillis())));
    }

    private Future<Void> refresh(RoomId room) {
        // Members that have joined since Redis evicted the list are in a new list.
        Presence longest = Collections.min(local.get(room).values(), Presence.LONGEST_FIRST);
        return Future.all(
                expectOrRepublish(Request.cmd(Command.HEXISTS).arg(keys.members(room)).arg(longest.who().id())),
                sendOrRepublish(Request.cmd(Command.PEXPIRE).arg(keys.members(room)).arg(log.roomMillis(room)))).mapEmpty();
    }

    /** Lists a room, once at a time: later requests share the next listing, or forty would take this event loop for seconds. */
    Future<List<Presence>> members(RoomId room) {
        return loop.call(() -> listings.call(room, () -> list(room)));
    }

    private Future<List<Presence>> list(RoomId room) {
        Map<String, MessageCodec.NodePresence> all = new HashMap<>();
        return scan(room, "0", page -> page.forEach(each -> all.put(each.presence().who().id(), each)))
                .compose(done -> onlyAlive(all.values()));
    }

    Future<Integer> count(RoomId room) {
        if (mayNotCount) {
            return members(room).map(List::size);
        }
        return commands.send(Request.cmd(Command.HLEN).arg(keys.members(room))).map(Response::toInteger).recover(failure -> {
            if (failure.getCause() == null || !RedisError.of(failure.getCause()).isMissingPermission()) {
                return Future.failedFuture(failure);
            }
            // The Redis user has the commands that an earlier version needed.
            mayNotCount = true;
            return count(room);
        });
    }

    /** Removes a dead replica's members from a room, each by a command of its own, which is added to the list. */
    Future<Void> expire(RoomId room, String dead, List<Future<Void>> exits) {
        return scan(room, "0", page -> {
            for (MessageCodec.NodePresence each : page) {
                if (each.node().equals(dead)) {
                    exits.add(limiter.call(() -> commands.send(
                            exitOf(Script.EXIT.with(keys.members(room), keys.lease(dead)), room, each.presence().who(), dead))
                            .mapEmpty()));
                }
            }
        });
    }

    private Future<Void> scan(RoomId room, String cursor, Consumer<List<MessageCodec.NodePresence>> page) {
        return commands.send(Request.cmd(Command.HSCAN).arg(keys.members(room)).arg(cursor).arg("COUNT").arg(PAGE))
                .compose(reply -> {
                    page.accept(decoded(reply.get(1)));
                    String next = reply.get(0).toString();
                    return next.equals("0") ? Future.succeededFuture() : scan(room, next, page);
                });
    }

    /** Decodes an HSCAN reply, in which fields and values alternate. */
    private static List<MessageCodec.NodePresence> decoded(Response pairs) {
        List<MessageCodec.NodePresence> page = new ArrayList<>(pairs.size() / 2);
        for (int i = 1; i < pairs.size(); i += 2) {
            try {
                page.add(MessageCodec.decodePresence(pairs.get(i).toBytes()));
            } catch (RuntimeException e) {
                // A failure here would end each list of the members, and each cleanup, for good.
                FOREIGN.skipped(e);
            }
        }
        return page;
    }

    private Future<List<Presence>> onlyAlive(Collection<MessageCodec.NodePresence> all) {
        Map<String, Future<Boolean>> alive = new HashMap<>();
        all.forEach(each -> alive.computeIfAbsent(each.node(),
                other -> other.equals(node) ? Future.succeededFuture(true) : leases.isAlive(other)));
        return Future.all(List.copyOf(alive.values())).map(done -> all.stream()
                .filter(each -> alive.get(each.node()).result())
                .map(MessageCodec.NodePresence::presence)
                .sorted(Presence.LONGEST_FIRST)
                .toList());
    }

    /** Registers a room before its first member enters: the cleanup after this replica's death finds the room by it. */
    private Map<String, Presence> index(RoomId room) {
        sendOrRepublish(indexed(room));
        return new HashMap<>(2);
    }

    private Request indexed(RoomId room) {
        return Request.cmd(Command.SADD).arg(keys.roomsOf(node)).arg(room.toString());
    }

    private Future<Void> write(RoomId room, Presence presence) {
        if (lease.isExpired()) {
            // The session may be on another replica by now. republish() writes it if it is not.
            unpublished = true;
            return Future.succeededFuture();
        }
        return sendOrRepublish(Script.ENTER
                .with(keys.members(room), keys.room(new RoomId(room.namespace(), presence.who().id())))
                .arg(presence.who().id())
                .arg(Buffer.buffer(MessageCodec.encode(presence, node)))
                .arg(log.roomMillis(room))
                .arg(keys.channel(room))
                .arg(presenceEvent(new PresenceEvent(room, PresenceEvent.Change.JOINED, presence.who())))
                .arg(node));
    }

    private Future<Void> erase(RoomId room, Sender member) {
        Future<Void> erased = orRepublish(
                commands.send(exitOf(Script.EXIT.with(keys.members(room)), room, member, node)),
                () -> rememberExit(room, member));
        // While exits were lost, the search for them needs the rooms in which there is nobody else, too.
        if (!local.containsKey(room) && !lostExits) {
            // Afterwards: a failover that lost the exit alone would leave an entry that nobody looks for.
            unindex(room);
        }
        return erased;
    }

    private Future<Void> unindex(RoomId room) {
        return sendOrRepublish(Request.cmd(Command.SREM).arg(keys.roomsOf(node)).arg(room.toString()));
    }

    /** Beyond the maximum all rooms with members here are searched instead: an outage may last, and clients come and go. */
    private void rememberExit(RoomId room, Sender member) {
        if (lostExits) {
            return;
        }
        unpublishedExits.computeIfAbsent(room, first -> new HashSet<>()).add(member);
        if (++exits > MAX_EXITS) {
            unpublishedExits.clear();
            exits = 0;
            lostExits = true;
        }
    }

    private Request exitOf(Request script, RoomId room, Sender member, String owner) {
        return script.arg(member.id())
                .arg(MessageCodec.ownedBy(owner))
                .arg(keys.channel(room))
                .arg(presenceEvent(new PresenceEvent(room, PresenceEvent.Change.LEFT, member)));
    }

    private static Buffer presenceEvent(PresenceEvent presenceEvent) {
        return Buffer.buffer("!").appendBytes(MessageCodec.encode(presenceEvent));
    }
}
