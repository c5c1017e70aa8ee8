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
 * Entry point of every transport to the rooms: checks permissions and limits, so that a rule holds for all transports. A
 * {@code Uni} that fails with an {@link ErrorReply} carries the error for the client: 401 for a client that has to authenticate
 * first, 403 with the missing permission, 429 for an exceeded limit.
 *
 * <p>
 * Methods that take a session are called on its event loop, and their {@code Uni}s complete there, except that of a
 * {@link Command.Publish}, which completes on any thread. Methods that take a caller can be called on any thread, and their
 * {@code Uni}s complete on any thread, except {@link #listen}.
 */
@Singleton
public final class Gateway implements Session.Listener {

    private final RoomService service;
    private final AccessControl access;
    private final ClientLimits limits;
    private final ConnectionLimiter connections;
    private final AuditLog audit;
    private final TokenExpiry expiry;

    /** @param service executes what the gateway has permitted */
    public Gateway(RoomService service, AccessControl access, ClientLimits limits, ConnectionLimiter connections,
            AuditLog audit, TokenExpiry expiry) {
        this.service = service;
        this.access = access;
        this.limits = limits;
        this.connections = connections;
        this.audit = audit;
        this.expiry = expiry;
    }

    /**
     * Creates the session of a client that has connected. It is in no room yet.
     *
     * @throws ErrorReply 429 if its user has reached the limit of sessions
     */
    public Session connect(SessionRequest request) {
        audit.limited(request.caller(), request.transport(), () -> connections.enter(request.caller().identity().user()));
        Session session = service.connect(request, limits.newTokenBucket(), this);
        expiry.watch(session);
        return session;
    }

    /** Records that the connection of a session has changed its transport, for example to {@code websocket}. */
    public void upgraded(Session session, String carrier) {
        service.upgraded(session, carrier);
    }

    /** Records that the connection of a session is closed, which may be some time after the session has ended. */
    public void disconnected() {
        service.disconnected();
    }

    /** Permits and executes a command of a session's client; a missing permission is a failure of the {@code Uni}. */
    public <R> Uni<R> execute(Session session, Command<R> command) {
        try {
            command.permit(session, access);
        } catch (ErrorReply error) {
            return Uni.createFrom().failure(error);
        }
        return command.execute(session, service, access);
    }

    /**
     * Makes a new session a member of its own room and of its namespace's room. Every session that receives messages is in
     * both.
     */
    public Uni<Void> admit(Session session) {
        return permitted(() -> requireNamespace(session), () -> service.admit(session));
    }

    /** @throws ErrorReply if the session may not enter its namespace, or has to authenticate first */
    public void requireNamespace(Session session) {
        access.requireNamespace(session, identity(session));
    }

    /** Closes a session whose client has sent no command in time. */
    public void tooSilent(Session session) {
        if (session.isOpen()) {
            audit.limit(session.caller(), session.transport(), Limit.FIRST_COMMAND);
            session.close(CloseReason.NO_COMMAND);
        }
    }

    /** Makes a session resumable, with the token that the session then has. */
    public Uni<Void> keep(Session session) {
        return service.keep(session);
    }

    /**
     * Charges a session for one message of its client, whatever the message means.
     *
     * @throws ErrorReply 429 if its bucket has not enough tokens; the session may have been closed for that
     */
    public void charge(Session session, int size) {
        audit.charge(session, 1, size);
    }

    /** Charges a request that counts as several messages: all of them, or an error. */
    public void charge(Session session, int messages, long bytes) {
        audit.charge(session, messages, bytes);
    }

    /**
     * Charges one message and closes the session if its bucket is empty: for messages that have no error reply. Returns whether
     * the session stays open.
     */
    public boolean chargeOrClose(Session session, int size) {
        boolean charged = charged(session, size);
        if (!charged) {
            audit.tooMany(session);
        }
        return charged;
    }

    /** Charges a ping as one message. Returns whether the ping is to be answered. */
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

    /** Penalizes a client whose connection was closed for too many messages while it had no session. */
    public void flooded(Caller caller, Transport transport) {
        audit.flooded(caller, transport);
    }

    /**
     * Publishes a message in a room. It has no session as sender, but the caller's user if there is one.
     *
     * @param traceparent the client's span, in the format of W3C Trace Context; null for none
     */
    public Uni<PublishResult> publish(Caller caller, Transport transport, RoomId room, String event, Data data,
            String idempotency,
            String traceparent) {
        String user = caller.identity().user();
        return permitted(() -> {
            access.requirePublish(caller, transport, room);
            audit.bytes(caller, transport, data.size());
        }, () -> service.publish(new Publication(room, event == null ? Publication.DEFAULT_EVENT : event, data,
                user == null ? null : new Sender(null, user), true, idempotency).in(traceparent), transport));
    }

    /** One page of the sessions in a room, on all replicas. */
    public Uni<MemberPage<Presence>> members(Caller caller, Transport transport, RoomId room, String cursor, int limit) {
        return permitted(() -> access.require(caller, transport, room, Permission.PRESENCE),
                () -> service.members(room, cursor, limit));
    }

    /** One page of the users in a room, on all replicas: sessions of one user are one entry. */
    public Uni<MemberPage<MemberPage.User>> users(Caller caller, Transport transport, RoomId room, String cursor, int limit) {
        return permitted(() -> access.require(caller, transport, room, Permission.PRESENCE),
                () -> service.users(room, cursor, limit));
    }

    /**
     * Checks a permission for an operation of another package on a room, on files for example.
     *
     * @throws ErrorReply if the client does not have the permission
     */
    public void require(Caller caller, Transport transport, RoomId room, Permission permission) {
        access.require(caller, transport, room, permission);
    }

    /** Limits of clients: what the transports announce and enforce. */
    public ClientLimits limits() {
        return limits;
    }

    /** State of a room, as far as the client may know it. */
    public Uni<RoomState> state(Caller caller, Transport transport, RoomId room) {
        return permitted(() -> access.require(caller, transport, room, Permission.JOIN), () -> {
            Uni<Integer> members = access.allows(caller, room, Permission.PRESENCE) ? service.memberCount(room)
                    : Uni.createFrom().nullItem();
            return Uni.combine().all().unis(members, service.history(room, HistoryQuery.after(0, 1)))
                    .with((count, history) -> new RoomState(room, count, history.head()));
        });
    }

    /** Messages of a room that the history retains. */
    public Uni<History> history(Caller caller, Transport transport, RoomId room, HistoryQuery query) {
        return permitted(() -> access.require(caller, transport, room, Permission.HISTORY), () -> service.history(room, query));
    }

    /** One page of the rooms of a namespace, reduced to those that the client may join. */
    public Uni<RoomPage> rooms(Caller caller, Transport transport, String namespace, String prefix, String cursor, int limit) {
        return permitted(() -> access.requireNamespace(caller, transport, namespace),
                () -> service.rooms(namespace, prefix, cursor, limit))
                .map(page -> new RoomPage(page.names().stream()
                        .filter(name -> access.allows(caller, new RoomId(namespace, name), Permission.JOIN)).toList(),
                        page.next()));
    }

    /** Ends a session on whatever replica it is. Returns whether there was one. */
    public Uni<Boolean> disconnect(Caller caller, Transport transport, String namespace, String sessionId) {
        return permitted(() -> access.requireAdmin(caller, transport, namespace),
                () -> service.disconnect(namespace, sessionId));
    }

    /**
     * Subscribes a member that is no session and has no presence to a room. On the member's event loop.
     *
     * @param stillWanted checked before the membership begins
     */
    public Uni<Membership> listen(Caller caller, Member member, RoomId room, StreamPosition since,
            BooleanSupplier stillWanted) {
        return permitted(() -> access.require(caller, Transport.HTTP, room, Permission.JOIN),
                () -> service.listen(member, room, since, stillWanted));
    }

    /** Ends a membership of {@link #listen}. On the member's event loop. */
    public void stopListening(Membership membership) {
        service.stopListening(membership);
    }

    /**
     * Sets the identity of a session whose client has authenticated, or renewed its token.
     *
     * @throws ErrorReply 429 if the user has reached the limit of sessions
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

    /** Revokes what the session's new identity does not grant. Returns the rooms that the session has left. */
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
     * Parses a room's name that a client sent.
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

    /** @throws ErrorReply 400 if the room's name is longer than this server accepts */
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
