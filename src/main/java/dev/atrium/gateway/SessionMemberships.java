package dev.atrium.gateway;

import dev.atrium.room.Membership;
import dev.atrium.room.RoomId;
import dev.atrium.room.Rooms;
import dev.atrium.room.StreamPosition;
import dev.atrium.session.Session;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Joins and leaves of the sessions of this replica. Those of one session in one room take effect in the order of the calls: a
 * leave would find no membership while the join before it waits for the backplane. On the session's event loop.
 */
final class SessionMemberships {

    private static final Logger LOG = Logger.getLogger(SessionMemberships.class);

    private final Rooms rooms;
    private final SessionPresence presence;
    private final Resumption resumption;
    private final Events events;
    /**
     * Ends of the last changes of the memberships that are being changed. Not the changes themselves, each of which would keep
     * the one before it in memory, for as long as a client makes one after the other.
     */
    private final Map<Key, CompletableFuture<Void>> changes = new ConcurrentHashMap<>();

    private record Key(Session session, RoomId room) {
    }

    SessionMemberships(Rooms rooms, SessionPresence presence, Resumption resumption, Events events) {
        this.rooms = rooms;
        this.presence = presence;
        this.resumption = resumption;
        this.events = events;
    }

    /** Makes the session a member of a room that does not list it. */
    Uni<Membership> enter(Session session, RoomId room, boolean watchesPresence, StreamPosition since) {
        return rooms.join(session, room, watchesPresence, since, session::isOpen)
                .invoke(session::entered)
                .onFailure().transform(ErrorReply::ofIdempotent);
    }

    /** Makes the session a member of a room, emits the event, and lists it among the members. */
    Uni<Joined> join(Session session, RoomId room, boolean watchesPresence, StreamPosition since) {
        return inOrder(session, room, () -> joinOrUpdate(session, room, watchesPresence, since, false));
    }

    /** Joins for the application, regardless of the session's token. An existing membership keeps its presence events. */
    Uni<Joined> add(Session session, RoomId room) {
        return inOrder(session, room, () -> {
            Membership present = session.membership(room);
            // Before the join, because the join stores the session for a resume, with the granted rooms.
            boolean granted = session.granted().add(room.name());
            return joinOrUpdate(session, room, present != null && present.watchesPresence(), null, granted).onFailure()
                    .invoke(() -> {
                        if (granted) {
                            session.granted().remove(room.name());
                        }
                    });
        });
    }

    /** @param granted whether the application has just granted the room */
    private Uni<Joined> joinOrUpdate(Session session, RoomId room, boolean watchesPresence, StreamPosition since,
            boolean granted) {
        Membership present = session.membership(room);
        if (present != null) {
            boolean changed = granted || present.watchesPresence() != watchesPresence;
            present.watchPresence(watchesPresence);
            return resumption.saveIf(changed, session).emitOn(session.loop()::run)
                    .map(saved -> new Joined(room, present.position(), since != null && present.covers(since), present))
                    .onFailure().transform(ErrorReply::ofIdempotent);
        }
        return room.isSession() ? Uni.createFrom().failure(new ErrorReply(403, "room: this is another session's own room"))
                : joinNow(session, room, watchesPresence, since);
    }

    private Uni<Joined> joinNow(Session session, RoomId room, boolean watchesPresence, StreamPosition since) {
        return enter(session, room, watchesPresence, since).chain(membership -> {
            events.emit(new Event.Joined(Event.Subject.of(session), room));
            return Uni.join().all(presence.enter(session, room), resumption.save(session)).andFailFast()
                    .emitOn(session.loop()::run)
                    .map(done -> Joined.of(membership))
                    .onFailure().invoke(failure -> undo(session, membership))
                    .onFailure().transform(ErrorReply::ofIdempotent);
        });
    }

    /** A join that failed halfway: otherwise the next one would find a member that no list of members shows. */
    private void undo(Session session, Membership membership) {
        if (session.membership(membership.room()) == membership) {
            leaveNow(session, membership).subscribe().with(
                    done -> {
                    }, failure -> LOG.warnf("A join that failed was not undone: %s", failure.getMessage()));
        }
    }

    /** Makes a resumed session a member of one of its rooms again; a handler may have joined the room already. */
    Uni<Joined> rejoin(Session session, RoomId room, boolean watchesPresence, StreamPosition since) {
        return inOrder(session, room, () -> {
            Membership present = session.membership(room);
            return present != null ? Uni.createFrom().item(Joined.of(present))
                    : enter(session, room, watchesPresence, since)
                            .chain(membership -> presence.enter(session, room).emitOn(session.loop()::run)
                                    .replaceWith(() -> Joined.of(membership)));
        });
    }

    Uni<Void> leave(Session session, RoomId room) {
        return inOrder(session, room, () -> {
            Membership membership = session.membership(room);
            if (membership == null) {
                return Uni.createFrom().voidItem();
            }
            return room.isSession()
                    ? Uni.createFrom().failure(ErrorReply.badRequest("room: a session cannot leave its own room"))
                    : leaveNow(session, membership);
        });
    }

    private Uni<Void> leaveNow(Session session, Membership membership) {
        RoomId room = membership.room();
        session.left(room);
        session.granted().remove(room.name());
        events.emit(new Event.Left(Event.Subject.of(session), room));
        rooms.leave(membership);
        return Uni.join().all(presence.exit(session, room), resumption.save(session)).andFailFast()
                .emitOn(session.loop()::run).replaceWithVoid().onFailure().transform(ErrorReply::ofIdempotent);
    }

    /** Ends all memberships of a session that becomes another one. Returns the rooms to which the application has added it. */
    List<RoomId> leaveQuietly(Session session) {
        List<RoomId> named = new ArrayList<>();
        for (Membership membership : List.copyOf(session.memberships())) {
            session.left(membership.room());
            rooms.leave(membership);
            if (membership.room().isNamed()) {
                presence.exitQuietly(session, membership.room());
                named.add(membership.room());
            }
        }
        return named;
    }

    /** Ends all memberships of a session that has ended. Returns the number of named rooms that it was in. */
    int endAll(Session session) {
        List<Membership> all = List.copyOf(session.memberships());
        for (Membership membership : all) {
            // Removed first, so that the membership is not ended a second time, which would end that of another member.
            session.left(membership.room());
            rooms.leave(membership);
            presence.ended(session, membership.room());
        }
        return (int) all.stream().filter(each -> each.room().isNamed()).count();
    }

    private <T> Uni<T> inOrder(Session session, RoomId room, Supplier<Uni<T>> change) {
        return Uni.createFrom().deferred(() -> {
            Key key = new Key(session, room);
            CompletableFuture<Void> end = new CompletableFuture<>();
            CompletableFuture<Void> before = changes.put(key, end);
            // In later tasks: thousands that wait would nest as many stack frames.
            Uni<T> now = before == null ? Uni.createFrom().deferred(change::get)
                    : Uni.createFrom().completionStage(before).emitOn(session.loop()::later).chain(change::get);
            return now.onTermination().invoke(() -> {
                changes.remove(key, end);
                end.complete(null);
                // A subscriber that cancels must not cancel a change halfway.
            }).memoize().indefinitely();
        });
    }
}
