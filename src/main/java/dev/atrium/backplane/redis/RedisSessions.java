package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneConfig;
import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.SessionStore;
import dev.atrium.room.Node;
import dev.atrium.room.RoomId;
import dev.atrium.room.SessionId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Session store in Redis. Connected sessions are fields of one hash per replica, which expires a lease and a window after the
 * replica's last heartbeat, so that nothing has to be written when the replica is killed. A session whose connection broke gets
 * a key of its own.
 */
final class RedisSessions extends RepublishedState implements SessionStore {

    /** Maximum number of tokens that lead to one another, each from a resumption whose reply the client never received. */
    private static final int MAX_HOPS = 5;

    private final RoomLog log;
    private final Subscriptions subscriptions;
    private final RpcChannel rpc;
    private final Node self;
    private final RedisMemory memory;
    private final long windowMillis;
    /** Connected sessions of this replica; on the backplane's event loop only. */
    private final Map<String, SavedSession> local = new HashMap<>();
    /** Tokens of those that Redis may have. Without them each client that came and went in an outage would be remembered. */
    private final Set<String> stored = new HashSet<>();
    /** Saves on their way, by the tokens of their sessions. */
    private final CoalescedCalls<String, Void> saves;
    private final UnpublishedReleases unpublishedReleases = new UnpublishedReleases(Runtime.getRuntime().maxMemory(),
            this::suspectLostDeletes);
    /** Whether Redis may have sessions of this replica that have ended for good. */
    private boolean lostDeletes;
    private volatile Host host = (namespace, sessionId, resumed) -> Uni.createFrom().item(false);

    RedisSessions(RedisContext context, ReconnectingConnection commands, RoomLog log, Subscriptions subscriptions,
            RpcChannel rpc, BackplaneConfig config) {
        super(context, commands);
        this.self = context.node();
        this.memory = context.memory();
        this.log = log;
        this.subscriptions = subscriptions;
        this.rpc = rpc;
        this.windowMillis = config.resume().window().toMillis();
        this.saves = new CoalescedCalls<>(loop, 0);
        SavedSessionCodec.warmUp();
    }

    @Override
    public void serve(Host newHost) {
        host = newHost;
    }

    @Override
    public long windowMillis() {
        return windowMillis;
    }

    @Override
    public String newToken() {
        return self.newToken();
    }

    @Override
    public Uni<Void> save(SavedSession session) {
        return onLoop(() -> saveLocal(session));
    }

    private Future<Void> saveLocal(SavedSession session) {
        local.put(session.token(), session);
        if (lease.isExpired()) {
            // The session may be on another replica by now. republish() finds out.
            unpublished = true;
            return Future.succeededFuture();
        }
        // One at a time: a session in many rooms takes hundreds of kilobytes, and its client may join and leave often.
        return saves.call(session.token(), () -> saveAgain(session.token()));
    }

    /** Saves a session of this replica; ends it here if it has moved to another replica while this one slept past its lease. */
    private Future<Void> saveOrRepublish(SavedSession session) {
        String mode = subscriptions.isMoved(session.ownRoom()) ? "keep" : "";
        Future<Response> save = commands.send(saveRequest(session, mode));
        if (!save.failed()) {
            stored.add(session.token());
        }
        return orRepublish(save.compose(saved -> {
            boolean mine = saved.toInteger() == 1 || local.get(session.token()) != session;
            return mine ? Future.<Void> succeededFuture() : endMoved(session);
        }), () -> {
        });
    }

    private Future<Void> endMoved(SavedSession session) {
        removeLocal(session.token());
        return end(session.namespace(), session.self().id(), true).mapEmpty();
    }

    @Override
    public Uni<Void> release(String token) {
        return onLoop(() -> {
            boolean known = stored.contains(token);
            SavedSession released = removeLocal(token);
            return released == null || !known ? Future.succeededFuture() : sendRelease(released);
        });
    }

    /** @return the session; null if it is none of this replica's */
    private SavedSession removeLocal(String token) {
        SavedSession gone = local.remove(token);
        stored.remove(token);
        if (gone != null) {
            subscriptions.withdrawMove(gone.ownRoom(), token);
        }
        return gone;
    }

    private Future<Void> sendRelease(SavedSession session) {
        String token = session.token();
        RoomId own = session.ownRoom();
        return orRepublish(commands.send(Script.RELEASE
                .with(keys.sessions(node), keys.session(node, token), keys.waiting(own), keys.room(own))
                .arg(token).arg(memory.scaled(windowMillis)).arg(SavedSessionCodec.encode(session)).arg(node)),
                () -> unpublishedReleases.add(session));
    }

    @Override
    public Uni<Void> delete(String token) {
        return onLoop(() -> {
            SavedSession deleted = removeLocal(token);
            String sessions = keys.sessions(node);
            return orRepublish(commands.send(deleted == null ? Request.cmd(Command.HDEL).arg(sessions).arg(token)
                    : Script.DELETE.with(sessions, keys.waiting(deleted.ownRoom())).arg(token)), this::suspectLostDeletes);
        });
    }

    /** Redis may have failed over, or a deletion failed: the next republication looks for ended sessions. On the loop. */
    void suspectLostDeletes() {
        lostDeletes = true;
    }

    /** Deletes the sessions that Redis has, and this replica has no more: they could be resumed for as long as it lives. */
    private void deleteForgotten() {
        lostDeletes = false;
        String sessions = keys.sessions(node);
        orRepublish(commands.send(Request.cmd(Command.HKEYS).arg(sessions)).onSuccess(tokens -> loop.run(() -> {
            Request delete = Request.cmd(Command.HDEL).arg(sessions);
            List<String> gone = tokens.stream().map(Response::toString).filter(token -> !local.containsKey(token)).toList();
            gone.forEach(delete::arg);
            if (!gone.isEmpty()) {
                // Behind the releases that failed before: their clients may still come back.
                limiter.submit(() -> orRepublish(commands.send(delete), this::suspectLostDeletes));
            }
        })), this::suspectLostDeletes);
    }

    @Override
    public Uni<SavedSession> resume(String token, String namespace, String user) {
        return onLoop(() -> resume(token, token, namespace, user, MAX_HOPS));
    }

    /** It leads straight to the newest token instead of through all tokens between. */
    @Override
    public Uni<Void> lead(String oldToken, SavedSession session, Duration ttl) {
        return onLoop(() -> sendOrRepublish(Request.cmd(Command.SET).arg(keys.session(Node.ofToken(oldToken), oldToken))
                .arg("@" + session.token()).arg("PX").arg(memory.scaled(Math.max(windowMillis, ttl.toMillis())))));
    }

    private Future<SavedSession> resume(String sent, String token, String namespace, String user, int hops) {
        String owner = Node.ofToken(token);
        if (owner == null || hops == 0) {
            return Future.succeededFuture();
        }
        String next = newToken();
        return commands.send(Script.RESUME
                .with(keys.sessions(owner), keys.session(owner, token), keys.session(node, next),
                        keys.session(Node.ofToken(sent), sent))
                .arg(token).arg(next).arg(windowMillis).arg(owner).arg(keys.prefix())
                .arg(namespace).arg(user == null ? "" : "=" + user)).compose(reply -> {
                    if (reply == null) {
                        return Future.succeededFuture();
                    }
                    String found = reply.get(0).toString();
                    if (found.startsWith("@")) {
                        return resume(sent, found.substring(1), namespace, user, hops - 1);
                    }
                    return reply.size() == 1 ? Future.succeededFuture(SavedSessionCodec.decode(token, found))
                            : moveToThisReplica(SavedSessionCodec.decode(next, found), reply.get(1).toString());
                });
    }

    private Future<SavedSession> moveToThisReplica(SavedSession session, String owner) {
        return endFormerConnection(owner, session)
                .compose(done -> {
                    local.put(session.token(), session);
                    stored.add(session.token());
                    subscriptions.expectMoved(session.ownRoom(), session.token());
                    return commands.send(saveRequest(session, "take"));
                })
                .compose(saved -> {
                    if (saved.toInteger() == 0) {
                        // Another connection was faster.
                        removeLocal(session.token());
                        return Future.<SavedSession> succeededFuture();
                    }
                    return Future.succeededFuture(session);
                })
                .onFailure(failure -> {
                    // The client can retry: its old token leads to this one.
                    removeLocal(session.token());
                    sendRelease(session);
                });
    }

    /**
     * Ends the session's connection to its old replica, which may still consider it connected, and one that this replica has
     * kept because it slept meanwhile. A replica that does not reply is dead, or soon will be.
     *
     * @param owner the old replica; empty if the connection has ended there
     */
    private Future<?> endFormerConnection(String owner, SavedSession session) {
        String id = session.self().id();
        return end(session.namespace(), id, true).otherwise(false)
                .compose(done -> owner.isEmpty() || owner.equals(node) ? Future.succeededFuture(false)
                        : rpc.call(owner, request(session.namespace(), id, true), RpcChannel.TIMEOUT_MILLIS)
                                .map(Boolean::parseBoolean).otherwise(false));
    }

    @Override
    public Uni<Boolean> isTakenOver(String token) {
        // Not whether the session is stored here: Redis may have lost it, and it is written again.
        return onLoop(() -> commands.send(Request.cmd(Command.GET).arg(keys.session(node, token)))
                .map(next -> next != null && next.toString().startsWith("@")));
    }

    @Override
    public Uni<Boolean> end(String namespace, String sessionId) {
        RoomId own = new RoomId(namespace, sessionId);
        return onLoop(() -> commands.send(Request.cmd(Command.HGET).arg(keys.room(own)).arg("node")).compose(moved -> {
            String where = moved == null ? SessionId.node(sessionId) : moved.toString();
            return where.equals(node) ? end(namespace, sessionId, false)
                    : rpc.call(where, request(namespace, sessionId, false), RpcChannel.TIMEOUT_MILLIS)
                            .compose(reply -> reply != null ? Future.succeededFuture(Boolean.valueOf(reply))
                                    : endUnheard(where, own));
        }).compose(ended -> forgetWaiting(own).map(forgotten -> ended || forgotten)));
    }

    /** Deletes a session that waits for its client; returns whether there was one. */
    private Future<Boolean> forgetWaiting(RoomId own) {
        return commands.send(Request.cmd(Command.GET).arg(keys.waiting(own))).compose(waiting -> {
            String token = waiting == null ? "" : waiting.toString();
            String owner = Node.ofToken(token);
            if (owner == null) {
                return Future.succeededFuture(false);
            }
            // Another connection may have resumed it meanwhile: then there is nothing under that token.
            return commands.send(Request.cmd(Command.DEL).arg(keys.session(owner, token)))
                    .compose(deleted -> deleted.toInteger() == 0 ? Future.succeededFuture(false)
                            : commands.send(Request.cmd(Command.DEL).arg(keys.waiting(own))).map(true));
        });
    }

    /**
     * Ends a session of a replica that does not listen. If the replica was killed, its sessions wait in the hash that it left;
     * if it is cut off, it ends the session when it is back.
     */
    private Future<Boolean> endUnheard(String other, RoomId own) {
        return leases.isAlive(other).compose(alive -> alive
                ? Future.failedFuture(
                        BackplaneUnavailableException.notSent("replica " + other + " does not listen at the moment"))
                : rpc.record(request(own.namespace(), own.name(), false))
                        .compose(recorded -> markEnded(keys.endedSession(own)))
                        .compose(marked -> commands.send(Request.cmd(Command.EXISTS).arg(keys.sessions(other))))
                        .map(left -> left.toInteger() == 1));
    }

    @Override
    public Uni<Void> revoke(String namespace, String user) {
        return onLoop(() -> markEnded(keys.endedUser(namespace, user)));
    }

    /** Sets a key that keeps its sessions from being resumed, until they would have expired. */
    private Future<Void> markEnded(String key) {
        return commands.send(Request.cmd(Command.SET).arg(key).arg("").arg("PX").arg(lease.millis() + windowMillis)).mapEmpty();
    }

    /** Handles another replica's request to end a session. */
    Future<String> handle(String request) {
        String[] parts = request.split(" ", 3);
        return end(parts[2], parts[1], parts[0].equals("resumed")).otherwise(false).map(ended -> Boolean.toString(ended));
    }

    private Future<Boolean> end(String namespace, String sessionId, boolean resumed) {
        return UniHelper.toFuture(host.end(namespace, sessionId, resumed).emitOn(loop));
    }

    private static String request(String namespace, String sessionId, boolean resumed) {
        return (resumed ? "resumed " : "end ") + sessionId + " " + namespace;
    }

    /**
     * Writes all sessions of this replica again: Redis may have lost everything, or missed changes meanwhile. Those that have
     * moved to another replica are ended here. On the loop.
     *
     * @return completes once every session has been written or has ended
     */
    Future<?> republish() {
        unpublished = false;
        unpublishedReleases.takeAll().forEach(session -> limiter.submit(() -> sendRelease(session)));
        if (lostDeletes) {
            deleteForgotten();
        }
        return Future.join(List.copyOf(local.keySet()).stream()
                .map(token -> limiter.call(() -> saveAgain(token))).toList());
    }

    /** Writes what the session is when its turn comes: its state of before would take back a room that it has joined since. */
    private Future<Void> saveAgain(String token) {
        SavedSession session = local.get(token);
        return session == null ? Future.succeededFuture() : saveOrRepublish(session);
    }

    /** Renews the expiry of this replica's sessions, which outlive it by the window. On the loop. */
    void beat() {
        if (!local.isEmpty()) {
            expectOrRepublish(
                    Request.cmd(Command.PEXPIRE).arg(keys.sessions(node)).arg(lease.millis() + windowMillis));
        }
    }

    private Request saveRequest(SavedSession session, String mode) {
        RoomId own = session.ownRoom();
        return Script.SAVE.with(keys.sessions(node), keys.session(node, session.token()), keys.room(own))
                .arg(session.token()).arg(SavedSessionCodec.encode(session)).arg(node).arg(mode)
                .arg(log.roomMillis(own));
    }

    private <T> Uni<T> onLoop(Supplier<Future<T>> work) {
        return Uni.createFrom().deferred(() -> UniHelper.toUni(loop.call(work)));
    }
}
