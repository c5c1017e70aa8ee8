package dev.atrium.gateway;

import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.Member;
import dev.atrium.room.Membership;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.Caller;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Identity;
import dev.atrium.security.Limit;
import dev.atrium.security.Permission;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Transport;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

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
    private final AccessControl access;
    private final ClientLimits limits;
    private final ConnectionLimiter connections;
    private final AuditLog audit;
    private final Expiry expiry;

    /** Of rooms, and of those who say who may do what in them. */
    public Gateway(RoomService service, AccessControl access, ClientLimits limits, ConnectionLimiter connections, AuditLog audit, Expiry expiry) {
        this.service = service;
        this.access = access;
        this.limits = limits;
        this.connections = connections;
        this.audit = audit;
        this.expiry = expiry;
    }

    /**
     * A client has connected: a new session, in no room yet.
     *
     * @throws ErrorReply 429 if its user has as many as may be
     */
    public Session connect(SessionRequest request) {
        audit.limited(request.caller(), request.transport(), () -> connections.enter(request.caller().identity().user()));
        Session session = service.connect(request, limits.newTokenBucket(), this);
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

    /** Permits and executes a command of a session's client; an error of permission is a failure of the {@code Uni}. */
    public <R> Uni<R> execute(Session session, Command<R> command) {
        return permitted(() -> command.permit(session, access), () -> command.execute(session, service, access.grant(session)));
    }

    /** Puts a new session into its own room and into its namespace's, where every session that hears anything is. */
    public Uni<Void> admit(Session session) {
        return permitted(() -> requireNamespace(session), () -> service.admit(session));
    }

    /** @throws ErrorReply for one that may not be in its namespace, or not before it has said who it is */
    public void requireNamespace(Session session) {
        access.requireNamespace(session, identity(session));
    }

    /** Ends a session that no command has come from in time. */
    public void tooSilent(Session session) {
        if (session.isOpen()) {
            audit.limit(session.caller(), session.transport(), Limit.FIRST_COMMAND);
            session.close(CloseReason.NO_COMMAND);
        }
    }

    /** Lets the client of a session resume it later, with the token that the session then has. */
    public Uni<Void> keep(Session session) {
        return service.keep(session);
    }

    /**
     * Charges a session for a message of its client, whatever it means.
     *
     * @throws ErrorReply 429 if its bucket has not enough tokens; the session may have been closed for that
     */
    public void charge(Session session, int size) {
        audit.charge(session, 1, size);
    }

    /** The same for one that stands for several: all of them, or an error. */
    public void charge(Session session, int messages, long bytes) {
        audit.charge(session, messages, bytes);
    }

    /** The same, and closes the session if its bucket has not enough: for messages that are not answered. Says whether it goes on. */
    public boolean chargeOrClose(Session session, int size) {
        boolean charged = charged(session, size);
        if (!charged) {
            audit.tooMany(session);
        }
        return charged;
    }

    /** A ping has come, which counts as a message; whether it is to be answered. */
    public boolean chargePing(Session session) {
        return charged(session, 0);
    }

    private boolean charged(Session session, int size) {
        try {
            audit.charge(session, 1, size);
            return true;
        } catch (ErrorReply error) {
            return false;
        }
    }

    /** A client that was ended for too many messages of no session's. */
    public void flooded(Caller caller, Transport transport) {
        audit.flooded(caller, transport);
    }

    /**
     * Says something in a room, in the name of no session, but of the user if there is one.
     *
     * @param traceparent the client's span, as it says; null for none
     */
    public Uni<PublishResult> publish(Caller caller, Transport transport, RoomId room, String event, Data data, String idempotency,
            String traceparent) {
        String user = caller.identity().user();
        return permitted(() -> {
            access.requirePublish(caller, transport, room);
            audit.bytes(caller, transport, data.size());
        }, () -> service.publish(new Publication(room, event == null ? Publication.DEFAULT_EVENT : event, data,
                        user == null ? null : new Sender(null, user), true, idempotency).in(traceparent), transport));
    }

    /** Who is in a room, on all replicas: some of them, after the cursor of the page before. */
    public Uni<MemberPage<Presence>> members(Caller caller, Transport transport, RoomId room, String cursor, int limit) {
        return permitted(() -> access.require(caller, transport, room, Permission.PRESENCE), () -> service.members(room, cursor, limit));
    }

    /** The same, with the sessions of one user as one. */
    public Uni<MemberPage<MemberPage.User>> users(Caller caller, Transport transport, RoomId room, String cursor, int limit) {
        return permitted(() -> access.require(caller, transport, room, Permission.PRESENCE), () -> service.users(room, cursor, limit));
    }

    /**
     * What is done elsewhere with a room, files for example, is asked here, too.
     *
     * @throws ErrorReply if the client may not
     */
    public void require(Caller caller, Transport transport, RoomId room, Permission permission) {
        access.require(caller, transport, room, permission);
    }

    /** What clients are told of, and held to. */
    public ClientLimits limits() {
        return limits;
    }

    /** How a room is now, as far as the client may know. */
    public Uni<RoomState> state(Caller caller, Transport transport, RoomId room) {
        return permitted(() -> access.require(caller, transport, room, Permission.JOIN), () -> {
            Uni<Integer> members = access.allows(caller, room, Permission.PRESENCE) ? service.memberCount(room)
                    : Uni.createFrom().nullItem();
            return Uni.combine().all().unis(members, service.history(room, HistoryQuery.after(0, 1)))
                    .with((count, history) -> new RoomState(room, count, history.head()));
        });
    }

    /** What was said in a room, as far as it is kept. */
    public Uni<History> history(Caller caller, Transport transport, RoomId room, HistoryQuery query) {
        return permitted(() -> access.require(caller, transport, room, Permission.HISTORY), () -> service.history(room, query));
    }

    /** The rooms of a namespace that the client may join. */
    public Uni<RoomPage> rooms(Caller caller, Transport transport, String namespace, String prefix, String cursor, int limit) {
        return permitted(() -> access.requireNamespace(caller, transport, namespace), () -> service.rooms(namespace, prefix, cursor, limit))
                .map(page -> new RoomPage(page.names().stream()
                        .filter(name -> access.allows(caller, new RoomId(namespace, name), Permission.JOIN)).toList(), page.next()));
    }

    /** Ends a session, wherever it is; says whether there was one. */
    public Uni<Boolean> disconnect(Caller caller, Transport transport, String namespace, String sessionId) {
        return permitted(() -> access.requireAdmin(caller, transport, namespace), () -> service.disconnect(namespace, sessionId));
    }

    /**
     * Lets someone hear a room who is no session, and whom nobody sees. On the member's event loop.
     *
     * @param stillWanted asked before it begins
     */
    public Uni<Membership> listen(Caller caller, Member member, RoomId room, StreamPosition since, BooleanSupplier stillWanted) {
        return permitted(() -> access.require(caller, Transport.HTTP, room, Permission.JOIN), () -> service.listen(member, room, since, stillWanted));
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
            audit.limited(session.caller().as(identity), session.transport(), () -> connections.enter(identity.user()));
            connections.leave(before);
        }
        session.identify(identity);
        service.identified(session);
        expiry.watch(session);
    }

    /** A session has another identity: takes from it what that does not grant any more; returns the rooms that it has left. */
    Uni<List<RoomId>> narrow(Session session) {
        Grant grant = access.grant(session);
        List<RoomId> lost = new ArrayList<>();
        for (Membership membership : session.memberships()) {
            RoomId room = membership.room();
            if (!grant.mayJoin(room) && !session.granted().contains(room.name())) {
                lost.add(room);
            } else if (!grant.mayWatch(room)) {
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
        access.requireName(room);
    }

    private static Identity identity(Session session) {
        return session.caller().identity();
    }

    private static <T> Uni<T> permitted(Runnable permit, Supplier<Uni<T>> execute) {
        try {
            permit.run();
        } catch (ErrorReply error) {
            return Uni.createFrom().failure(error);
        }
        return execute.get();
    }
}
