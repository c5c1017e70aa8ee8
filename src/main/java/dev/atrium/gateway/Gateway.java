package dev.atrium.gateway;

import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.Member;
import dev.atrium.room.Membership;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import dev.atrium.room.Sender;
import dev.atrium.room.WireFormat;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Identity;
import dev.atrium.security.Limit;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.Permission;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.ClientConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What a client may do: every transport asks here, so that a rule holds for all of them. A {@code Uni} that fails with a
 * {@link ErrorReply} carries the answer for the client: 401 for one that has to say who it is first, 403 with the permission that
 * is missing, 429 for too much.
 *
 * <p>Methods that take a session are called on its event loop, and their {@code Uni}s complete there, but {@link #send},
 * which any thread may call and whose {@code Uni} completes on any thread.
 */
@Singleton
public final class Gateway implements Session.Listener {

    private final RoomService service;
    private final AccessControl permits;
    private final ClientLimits limits;
    private final ConnectionLimiter connections;
    private final AuditLog denials;
    private final Expiry expiry;
    private final HistoryWindow recentPast;

    /** Of rooms, and of those who say who may do what in them. */
    public Gateway(RoomService service, AccessControl permits, ClientLimits limits, ConnectionLimiter connections, AuditLog denials, Expiry expiry) {
        this.service = service;
        this.permits = permits;
        this.limits = limits;
        this.connections = connections;
        this.denials = denials;
        this.expiry = expiry;
        this.recentPast = new HistoryWindow(service);
    }

    /**
     * A client has connected: a new session, in no room yet.
     *
     * @throws ErrorReply 429 if its user has as many as may be
     */
    public Session connect(Caller caller, EventLoop eventLoop, String namespace, String transport, ClientConnection wire,
            WireFormat<ByteBuf> format) {
        denials.limited(caller, transport, () -> connections.enter(caller.identity().user()));
        Session session = service.connect(caller, eventLoop, namespace, transport, wire, format, limits.allowance(), this);
        expiry.watch(session);
        return session;
    }

    /** What carries a session's connection has changed, to {@code websocket} for example. */
    public void upgraded(Session session, String carrier) {
        service.upgraded(session, carrier);
    }

    /** The connection of a session is gone, some time after the session has ended. */
    public void disconnected() {
        service.disconnected();
    }

    /** Puts a new session into its own room and into its namespace's, where every session that hears anything is. */
    public Uni<Void> admit(Session session) {
        ErrorReply refusal = permits.checkNamespace(session, identity(session));
        return refusal != null ? refused(refusal) : service.admit(session);
    }

    /** @throws ErrorReply for one that may not be in its namespace, or not before it has said who it is */
    public void requireNamespace(Session session) {
        ErrorReply refusal = permits.checkNamespace(session, identity(session));
        if (refusal != null) {
            throw refusal;
        }
    }

    /** Ends a session that no command has come from in time. */
    public void tooSilent(Session session) {
        if (session.isOpen()) {
            denials.limit(session.caller(), session.transport(), Limit.FIRST_COMMAND);
            session.close(CloseReason.NO_COMMAND);
        }
    }

    /** Lets the client of a session resume it later, with the token that the session then has. */
    public Uni<Void> keep(Session session) {
        return service.keep(session);
    }

    /**
     * A message has come from a client, whatever it means.
     *
     * @param size its bytes
     * @throws ErrorReply 429 if there are too many; the session may have been closed for that
     */
    public void spend(Session session, int size) {
        ErrorReply refusal = denials.spend(session, size);
        if (refusal != null) {
            throw refusal;
        }
    }

    /** A client that was ended for too many messages of no session's. */
    public void flooded(Caller caller, String transport) {
        denials.flooded(caller, transport);
    }

    /** A ping has come, which counts as a message; whether it is to be answered. */
    public boolean pinged(Session session) {
        return denials.spend(session, 0) == null;
    }

    /**
     * What was counted as one message is several.
     *
     * @param more beyond the first
     * @param size bytes of each
     * @throws ErrorReply 429 if they are too many
     */
    public void spendMore(Session session, int more, int size) {
        ErrorReply refusal = denials.spend(session, more, (long) more * size);
        if (refusal != null) {
            throw refusal;
        }
    }

    /** As {@link #spend}, of a client that would not understand a refusal, and is closed instead; says whether it may go on. */
    public boolean spendOrClose(Session session, int size) {
        if (denials.spend(session, size) == null) {
            return true;
        }
        denials.tooMany(session);
        return false;
    }

    /**
     * Makes the session a member of a room. Joining twice is joining once, but the last word on presence counts.
     *
     * @param since the place that the client was at, to be told what it missed; or null
     */
    public Uni<Joined> join(Session session, RoomId room, boolean watchesPresence, StreamPosition since) {
        boolean own = room.name().equals(session.id());
        ErrorReply refusal = own ? null : permits.check(session, room, Permission.JOIN);
        if (refusal == null && watchesPresence) {
            refusal = permits.check(session, room, Permission.PRESENCE);
        }
        if (refusal == null && session.membership(room) == null) {
            refusal = denials.room(session);
        }
        if (refusal != null) {
            return refused(refusal);
        }
        return since == null || permits.mayReadBack(session, room) ? service.join(session, room, watchesPresence, since)
                : recentPast.from(room, since).emitOn(session.loop()::run)
                        .chain(from -> service.join(session, room, watchesPresence, from)
                                .map(joined -> joined.asFrom(since, from)));
    }

    /**
     * Lets a session that has just begun go on as an earlier one of its user, with its id and those of its rooms that it may
     * still be in.
     *
     * @param token what the client was given for it
     * @param places that the client was at, by the name of the room; the empty name is the whole namespace
     */
    public Uni<Resumed> resume(Session session, String token, Map<String, StreamPosition> places) {
        ErrorReply refusal = permits.checkNamespace(session, identity(session));
        return refusal != null ? refused(refusal)
                : service.resume(session, token, places, known -> bounded(session, known), permits.rights(session));
    }

    /**
     * The same for a client that knows the last message it heard and no more, and that goes on with its token: all of it, or
     * nothing. After a failure the session is good for nothing.
     */
    public Uni<Recovered> recover(Session session, String token, RecoveryOffset last) {
        return service.recover(session, token, last, places -> bounded(session, places), permits.rights(session));
    }

    /** The places that a client names, but none that lies further back than it may be told. */
    private Uni<Map<String, StreamPosition>> bounded(Session session, Map<String, StreamPosition> places) {
        return recentPast.from(session.namespace(), places, room -> permits.mayReadBack(session, room)).emitOn(session.loop()::run);
    }

    /** Ends the session's membership; nothing more of that room is sent to it. Leaving a room it is not in does nothing. */
    public Uni<Void> leave(Session session, RoomId room) {
        return identity(session).isNobody() ? refused(denials.unauthenticated(session.caller(), session.transport()))
                : service.leave(session, room);
    }

    /** Says something in a room. */
    public Uni<PublishResult> send(Session session, RoomId room, String event, Data data, boolean echo, String idempotency) {
        ErrorReply refusal = permits.check(session, room, Permission.SEND);
        return refusal != null ? refused(refusal)
                : service.publish(session.self(), session.transport(), room, event, data, echo, idempotency);
    }

    /**
     * Says something in a room, in the name of no session, but of the user if there is one.
     *
     * @param traceparent the client's span, as it says; null for none
     */
    public Uni<PublishResult> publish(Caller caller, String transport, RoomId room, String event, Data data, String idempotency,
            String traceparent) {
        ErrorReply refusal = permits.checkPublish(caller, transport, room);
        if (refusal == null) {
            refusal = denials.bytes(caller, transport, data.size());
        }
        String user = caller.identity().user();
        return refusal != null ? refused(refusal)
                : service.publish(new Publication(room, event == null ? Publication.DEFAULT_EVENT : event, data,
                        user == null ? null : new Sender(null, user), true, idempotency).in(traceparent), transport);
    }

    /** Who is in a room, on all replicas: some of them, after the cursor of the page before. */
    public Uni<MemberPage<Presence>> members(Caller caller, String transport, RoomId room, String cursor, int limit) {
        ErrorReply refusal = permits.check(caller, transport, room, Permission.PRESENCE);
        return refusal != null ? refused(refusal) : service.members(room, cursor, limit);
    }

    /** The same, with the sessions of one user as one. */
    public Uni<MemberPage<MemberPage.User>> users(Caller caller, String transport, RoomId room, String cursor, int limit) {
        ErrorReply refusal = permits.check(caller, transport, room, Permission.PRESENCE);
        return refusal != null ? refused(refusal) : service.users(room, cursor, limit);
    }

    /**
     * What is done elsewhere with a room, files for example, is asked here, too.
     *
     * @throws ErrorReply if the client may not
     */
    public void require(Caller caller, String transport, RoomId room, Permission permission) {
        ErrorReply refusal = permits.check(caller, transport, room, permission);
        if (refusal != null) {
            throw refusal;
        }
    }

    /** What clients are told of, and held to. */
    public ClientLimits limits() {
        return limits;
    }

    /** How a room is now, as far as the client may know. */
    public Uni<RoomState> state(Caller caller, String transport, RoomId room) {
        ErrorReply refusal = permits.check(caller, transport, room, Permission.JOIN);
        if (refusal != null) {
            return refused(refusal);
        }
        Uni<Integer> members = permits.allows(caller, room, Permission.PRESENCE) ? service.memberCount(room)
                : Uni.createFrom().nullItem();
        return Uni.combine().all().unis(members, service.history(room, HistoryQuery.after(0, 1)))
                .with((count, history) -> new RoomState(room, count, history.head()));
    }

    /** What was said in a room, as far as it is kept. */
    public Uni<History> history(Caller caller, String transport, RoomId room, HistoryQuery query) {
        ErrorReply refusal = permits.check(caller, transport, room, Permission.HISTORY);
        return refusal != null ? refused(refusal) : service.history(room, query);
    }

    /** What was said to a session alone. */
    public Uni<History> ownHistory(Session session, HistoryQuery query) {
        return service.history(new RoomId(session.namespace(), session.id()), query);
    }

    /** The rooms of a namespace that the client may join. */
    public Uni<RoomPage> rooms(Caller caller, String transport, String namespace, String prefix, String cursor, int limit) {
        ErrorReply refusal = permits.checkNamespace(caller, transport, namespace);
        return refusal != null ? refused(refusal) : service.rooms(namespace, prefix, cursor, limit).map(page -> new RoomPage(page.names().stream()
                .filter(name -> permits.allows(caller, new RoomId(namespace, name), Permission.JOIN)).toList(), page.next()));
    }

    /** Ends a session, wherever it is; says whether there was one. */
    public Uni<Boolean> disconnect(Caller caller, String transport, String namespace, String sessionId) {
        ErrorReply refusal = permits.checkAdmin(caller, transport, namespace);
        return refusal != null ? refused(refusal) : service.disconnect(namespace, sessionId);
    }

    /**
     * Lets someone hear a room who is no session, and whom nobody sees. On the member's event loop.
     *
     * @param stillWanted asked before it begins
     */
    public Uni<Membership> listen(Caller caller, Member member, RoomId room, StreamPosition since, BooleanSupplier stillWanted) {
        ErrorReply refusal = permits.check(caller, "http", room, Permission.JOIN);
        return refusal != null ? refused(refusal) : service.listen(member, room, since, stillWanted);
    }

    /** Ends that. On the member's event loop. */
    public void stopListening(Membership membership) {
        service.stopListening(membership);
    }

    /**
     * A session's client has shown who it is, or shown it again.
     *
     * @throws ErrorReply 429 if the user has as many sessions as may be
     */
    void identify(Session session, Identity identity) {
        String before = identity(session).user();
        if (identity.user() != null && !identity.user().equals(before)) {
            denials.limited(session.caller().as(identity), session.transport(), () -> connections.enter(identity.user()));
            connections.leave(before);
        }
        session.identify(identity);
        service.identified(session);
        expiry.watch(session);
    }

    /** A session has another identity: takes from it what that does not grant any more; returns the rooms that it has left. */
    Uni<List<RoomId>> narrow(Session session) {
        ResumeGrant rights = permits.rights(session);
        List<RoomId> lost = new ArrayList<>();
        for (Membership membership : session.memberships()) {
            RoomId room = membership.room();
            if (!rights.mayJoin(room) && !session.granted().contains(room.name())) {
                lost.add(room);
            } else if (!rights.mayWatch(room)) {
                membership.watchPresence(false);
            }
        }
        return Resumption.all(lost.stream().map(room -> service.leave(session, room)).toList())
                .chain(left -> service.save(session)).emitOn(session.loop()::run).replaceWith(lost);
    }

    @Override
    public void closed(Session session, CloseReason reason) {
        connections.leave(identity(session).user());
        service.closed(session, reason);
    }

    @Override
    public void heartbeatMissed(Session session) {
        service.heartbeatMissed(session);
    }

    /**
     * A room from what a client sent.
     *
     * @throws ErrorReply 400, naming the field
     */
    public static RoomId room(String namespace, String name) {
        try {
            return RoomId.of(namespace, name);
        } catch (InvalidNameException e) {
            throw ErrorReply.badRequest(e.getMessage());
        }
    }

    /** @throws ErrorReply 400 if the name of a room is longer than this server takes */
    public void requireName(RoomId room) {
        permits.requireName(room);
    }

    private static Identity identity(Session session) {
        return session.caller().identity();
    }

    private static <T> Uni<T> refused(ErrorReply refusal) {
        return Uni.createFrom().failure(refusal);
    }
}
