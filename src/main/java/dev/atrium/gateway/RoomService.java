package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.SavedSession;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Member;
import dev.atrium.room.Membership;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import dev.atrium.room.Rooms;
import dev.atrium.room.SessionId;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.TokenBucket;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import dev.atrium.tracing.Tracing;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Operations on rooms for sessions, backends and the application, without permission checks: those are the {@link Gateway}'s,
 * except that a session is refused another session's own room, and that a resumed session leaves the rooms that its token no
 * longer grants. A {@code Uni} that fails with an {@link ErrorReply} carries the error for the client.
 *
 * <p>
 * Methods that take a session are called on its event loop, and their {@code Uni}s complete there.
 */
@Singleton
public final class RoomService {

    private final Backplane backplane;
    private final Resumption resumption;
    private final SessionMemberships memberships;
    private final Recovery recovery;
    private final HistoryWindow historyWindow;
    private final Sessions sessions;
    private final Rooms rooms;
    private final Events events;
    private final Tracing tracing;

    public RoomService(Backplane backplane, Sessions sessions, Rooms rooms, Events events, Tracing tracing) {
        this.backplane = backplane;
        this.sessions = sessions;
        this.rooms = rooms;
        this.events = events;
        this.tracing = tracing;
        this.resumption = new Resumption(backplane.sessions());
        this.memberships = new SessionMemberships(rooms, new SessionPresence(backplane, sessions), resumption, events);
        this.recovery = new Recovery(backplane);
        this.historyWindow = new HistoryWindow(backplane, longestAbsenceMillis(backplane, sessions));
        backplane.sessions().serve(this::end);
    }

    /** Maximum age of a message that a client can have missed: the resume window, and the time to detect its absence. */
    private static long longestAbsenceMillis(Backplane backplane, Sessions sessions) {
        SessionConfig.Heartbeat heartbeat = sessions.config().heartbeat();
        return backplane.sessions().windowMillis() + heartbeat.interval().plus(heartbeat.timeout()).toMillis();
    }

    Uni<Void> save(Session session) {
        return resumption.save(session);
    }

    Session connect(SessionRequest request, TokenBucket tokens, Session.Listener listener) {
        Session session = sessions.open(request, tokens, listener);
        events.emit(new Event.Connected(Event.Subject.of(session)));
        return session;
    }

    public void disconnected() {
        sessions.disconnected();
    }

    /** Makes a new session a member of its own room and of its namespace's: each session that receives messages is in both. */
    public Uni<Void> admit(Session session) {
        return memberships.enter(session, RoomId.of(session.namespace(), session.id()), false, null)
                .chain(() -> memberships.enter(session, RoomId.everyone(session.namespace()), false, null))
                .replaceWithVoid();
    }

    /** Makes a session resumable, with the token that the session then has. */
    public Uni<Void> keep(Session session) {
        return resumption.keep(session);
    }

    /**
     * Makes the session a member of a room. Joining again is no error; it only updates {@code watchesPresence}. A client that
     * repeats the position from which it joined is answered that it is recovered: otherwise it would discard the messages that
     * it is about to receive. The joins and leaves of one session in one room take effect in the order of the calls.
     *
     * @param since last position that the client received, to be sent the messages after it; or null
     */
    public Uni<Joined> join(Session session, RoomId room, boolean watchesPresence, StreamPosition since) {
        return memberships.join(session, room, watchesPresence, since);
    }

    /** Makes the session a member for the application, whatever its token grants; a membership that it has goes on as it is. */
    public Uni<Joined> add(Session session, RoomId room) {
        return memberships.add(session, room);
    }

    /** Joins a room for a client that may receive only those missed messages that the grant permits. */
    Uni<Joined> join(Session session, RoomId room, boolean watchesPresence, StreamPosition since, Grant grant) {
        return since == null || grant.mayReadBack(room) ? join(session, room, watchesPresence, since)
                : historyWindow.from(room, since).emitOn(session.loop()::run)
                        .chain(from -> join(session, room, watchesPresence, from).map(joined -> joined.asFrom(since, from)));
    }

    /** Executes {@link Command.Resume} with the permissions that the client has now. */
    Uni<Resumed> resume(Session session, String token, Map<String, StreamPosition> positions, Grant grant) {
        return resumption.take(session, token)
                .chain(saved -> historyWindow.from(session.namespace(), Resumption.positions(saved, positions), grant)
                        .emitOn(session.loop()::run)
                        .chain(from -> become(session, saved, from, grant).map(resumed -> resumed.asFrom(positions, from)))
                        // A session with only some of its rooms would miss messages silently; closed, its client joins all of them anew.
                        .onFailure().invoke(failure -> session.close(CloseReason.TRY_LATER)));
    }

    /** Executes {@link Command.Recover}. The client keeps its token. */
    Uni<Recovered> recover(Session session, String token, RecoveryOffset last, Grant grant) {
        return resumption.take(session, token)
                .chain(saved -> recovery.positions(saved, last)
                        .chain(positions -> historyWindow.from(session.namespace(), positions, grant)
                                .map(from -> Recovery.same(positions, from)))
                        .emitOn(session.loop()::run)
                        .chain(positions -> become(session, saved, Map.of(), grant)
                                .call(resumed -> resumption.lead(session, token, saved, Recovery.TOKEN_LEADS))
                                .chain(resumed -> recovery.missed(resumed.rooms(), positions, last,
                                        sessions.sendQueueLimit() - session.pendingBytes()).emitOn(session.loop()::run)
                                        .map(missed -> new Recovered(resumed,
                                                missed.stream().filter(message -> message.isFor(session)).toList())))))
                .onFailure().transform(ErrorReply::of);
    }

    private Uni<Resumed> become(Session session, SavedSession saved, Map<String, StreamPosition> positions, Grant grant) {
        if (!session.isOpen()) {
            resumption.ended(session, CloseReason.CONNECTION_LOST);
            throw new ErrorReply(410, "the session has ended");
        }
        List<RoomId> added = memberships.leaveQuietly(session);
        String former = session.id();
        sessions.rename(session, saved.self());
        events.emit(new Event.Resumed(Event.Subject.of(session), former, saved.rooms().size()));
        session.granted().addAll(saved.granted());
        List<Uni<Joined>> joins = new ArrayList<>();
        Map<RoomId, StreamPosition> joined = Resumption.rooms(saved, positions);
        added.forEach(room -> joined.putIfAbsent(room, null));
        joined.forEach((room, since) -> {
            if (session.granted().contains(room.name()) || grant.mayJoin(room)) {
                joins.add(memberships.rejoin(session, room,
                        saved.rooms().getOrDefault(room.name(), false) && grant.mayWatch(room), since));
            }
        });
        return Completions.both(Completions.someAtATime(joins), resumption.isTakenOver(session)).emitOn(session.loop()::run)
                .call(done -> resumption.saveChanged(session, saved).onFailure().transform(ErrorReply::of)
                        .emitOn(session.loop()::run))
                .map(done -> {
                    settle(session, done.getItem2());
                    return new Resumed(saved.self(), saved.token(), done.getItem1());
                });
    }

    /** Of several connections that resume one session at once, the one with its newest token keeps it. */
    private void settle(Session session, boolean taken) {
        if (taken) {
            session.close(CloseReason.RESUMED);
            throw new ErrorReply(410, "the session was resumed on another connection");
        }
        sessions.endRival(session);
    }

    /** Ends the session's membership, as {@link Command.Leave}. */
    public Uni<Void> leave(Session session, RoomId room) {
        return memberships.leave(session, room);
    }

    /**
     * Returns a client's publication so that it fails if it is for a single session that does not exist. A session of this
     * replica does, whatever the backplane knows of it.
     */
    Publication toExisting(Publication publication) {
        RoomId room = publication.room();
        Session here = room.isSession() ? sessions.find(room.name()) : null;
        boolean exists = !room.isSession() || here != null && here.namespace().equals(room.namespace());
        return exists ? publication : publication.toExistingSession();
    }

    /** Publishes a message in a room, or to some of its members. */
    public Uni<PublishResult> publish(Publication publication, Transport transport) {
        String fault = PublicationRules.faultOf(publication.event(), publication.idempotency());
        return fault != null ? refuse(transport, ErrorReply.badRequest(fault)) : announce(publication, transport);
    }

    /** Publishes a message with an event that is reserved for the server, {@code @file} for example. */
    public Uni<PublishResult> announce(Publication publication, Transport transport) {
        return publish(publication, transport, each -> tracing.publish(each, backplane::publish));
    }

    /** Publishes a volatile message in a room: members that are connected and not slow receive it, and nobody else does. */
    public Uni<Void> publishVolatile(Publication publication, Transport transport) {
        String fault = PublicationRules.faultOf(publication.event(), publication.idempotency());
        return fault != null ? refuse(transport, ErrorReply.badRequest(fault))
                : publish(publication, transport, backplane::publishVolatile);
    }

    private <T> Uni<T> publish(Publication publication, Transport transport, Function<Publication, Uni<T>> how) {
        if (sessions.isBehind()) {
            return refuse(transport, ErrorReply.unavailable("this replica is overloaded, try again later", true));
        }
        return how.apply(publication)
                .invoke(() -> events.emit(new Event.Accepted(publication, transport)))
                .onFailure().transform(ErrorReply::of)
                .onFailure(ErrorReply.class).invoke(failure -> noteRefusal(transport, failure));
    }

    /** One page of the sessions in a room, on all replicas. */
    public Uni<MemberPage<Presence>> members(RoomId room, String cursor, int limit) {
        return presences(room).map(all -> MemberPage.ofSessions(all, cursor, limit));
    }

    /** One page of the users in a room, on all replicas: sessions of one user are one entry. */
    public Uni<MemberPage<MemberPage.User>> users(RoomId room, String cursor, int limit) {
        return presences(room).map(all -> MemberPage.ofUsers(all, cursor, limit));
    }

    public Uni<Integer> memberCount(RoomId room) {
        return backplane.memberCount(room).onFailure().transform(ErrorReply::of);
    }

    /** Messages of a room that the history retains. */
    public Uni<History> history(RoomId room, HistoryQuery query) {
        return backplane.history(room, query).onFailure().transform(ErrorReply::of);
    }

    /** Returns whether a room has members on this replica. Any thread. */
    boolean isInUse(RoomId room) {
        return rooms.isInUse(room);
    }

    public Uni<RoomPage> rooms(String namespace, String prefix, String cursor, int limit) {
        return backplane.rooms(namespace, prefix, cursor, limit)
                .onFailure(IllegalArgumentException.class).transform(wrong -> ErrorReply.badRequest(wrong.getMessage()))
                .onFailure().transform(ErrorReply::of);
    }

    /**
     * Ends the sessions of a user that wait for their client.
     *
     * @param namespace null for all namespaces
     */
    Uni<Void> revokeWaiting(String namespace, String user) {
        return backplane.sessions().revoke(namespace, user).onFailure().transform(ErrorReply::ofIdempotent);
    }

    /** Ends a session on whatever replica it is. Returns whether there was one. */
    public Uni<Boolean> disconnect(String namespace, String sessionId) {
        return SessionId.isSessionId(sessionId)
                ? backplane.sessions().end(namespace, sessionId).onFailure().transform(ErrorReply::of)
                : Uni.createFrom().item(false);
    }

    /** Subscribes a member that is no session and has no presence to a room. On the member's event loop. */
    public Uni<Membership> listen(Member member, RoomId room, StreamPosition since, BooleanSupplier stillWanted) {
        return rooms.join(member, room, false, since, stillWanted).onFailure().transform(ErrorReply::of);
    }

    /** Ends a membership of {@link #listen}. On the member's event loop. */
    public void stopListening(Membership membership) {
        rooms.leave(membership);
    }

    /** Handles the end of a session: it leaves its rooms and is stored, if it can be resumed. */
    void closed(Session session, CloseReason reason) {
        sessions.remove(session);
        boolean suspended = resumption.ended(session, reason);
        int rooms = memberships.endAll(session);
        events.emit(new Event.Disconnected(Event.Subject.of(session), reason, rooms, suspended));
    }

    void heartbeatMissed(Session session) {
        events.emit(new Event.HeartbeatMissed(Event.Subject.of(session)));
    }

    void identified(Session session) {
        events.emit(new Event.Authenticated(Event.Subject.of(session)));
    }

    void upgraded(Session session, String carrier) {
        events.emit(new Event.Upgraded(Event.Subject.of(session), carrier));
    }

    private Uni<List<Presence>> presences(RoomId room) {
        return backplane.members(room).onFailure().transform(ErrorReply::of);
    }

    private Uni<Boolean> end(String namespace, String sessionId, boolean resumed) {
        Session session = sessions.find(sessionId);
        if (session == null || !session.namespace().equals(namespace)) {
            return Uni.createFrom().item(false);
        }
        return Uni.createFrom().item(true).emitOn(session.loop()::run)
                .invoke(here -> session.close(resumed ? CloseReason.RESUMED : CloseReason.DISCONNECTED));
    }

    private <T> Uni<T> refuse(Transport transport, ErrorReply error) {
        noteRefusal(transport, error);
        return Uni.createFrom().failure(error);
    }

    /** Reports that a message was rejected, also before it came here. */
    void noteRefusal(Transport transport, ErrorReply error) {
        // A plain socket holds such a message back and repeats it some times a second: its client is refused nothing.
        if (transport != Transport.PLAIN || !error.isRepeatable()) {
            events.emit(new Event.Refused(transport, error.code()));
        }
    }
}
