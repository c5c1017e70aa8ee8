package dev.atrium.gateway;

import dev.atrium.backplane.SavedSession;
import dev.atrium.backplane.SessionStore;
import dev.atrium.room.Membership;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/** Session resumption: stores sessions for their clients to resume, and resumes them. On the session's event loop. */
record Resumption(SessionStore store) {

    private static final Logger LOG = Logger.getLogger(Resumption.class);

    /** Makes a session resumable, if there is a resume window. */
    Uni<Void> keep(Session session) {
        if (store.windowMillis() == 0) {
            return Uni.createFrom().voidItem();
        }
        if (!session.isOpen()) {
            // Its end was handled already, so the stored session would never be released.
            return Uni.createFrom().failure(new CancellationException("the session has gone"));
        }
        session.resumableBy(store.newToken());
        return save(session).emitOn(session.loop()::run).onFailure().transform(ErrorReply::ofIdempotent);
    }

    /** Stores the session again after its rooms have changed; not one that has ended, which nothing would release any more. */
    Uni<Void> save(Session session) {
        return session.resumeToken() == null || !session.isOpen() ? Uni.createFrom().voidItem()
                : store.save(stateOf(session));
    }

    /** Stores the session again if it has changed: one in many rooms takes hundreds of kilobytes, and joins may be repeated. */
    Uni<Void> saveIf(boolean changed, Session session) {
        return changed ? save(session) : Uni.createFrom().voidItem();
    }

    /** Stores a resumed session again unless it is as it was: a room that its token no longer grants would come back. */
    Uni<Void> saveChanged(Session session, SavedSession saved) {
        return saveIf(!saved.equals(stateOf(session)), session);
    }

    /** Handles the end of a session, which is forgotten if it ended for good. Returns whether it is stored for its client. */
    boolean ended(Session session, CloseReason reason) {
        String token = session.resumeToken();
        if (token == null) {
            return false;
        }
        boolean forGood = switch (reason) {
            case NORMAL, RESUMED, DISCONNECTED, REVOKED, FORBIDDEN -> true;
            default -> false;
        };
        Uni<Void> kept = forGood ? store.delete(token) : store.release(token);
        kept.subscribe().with(done -> {
        }, failure -> LOG.warnf("The end of a session was not written to the session store: %s", failure.getMessage()));
        return !forGood;
    }

    /**
     * Takes over an earlier session.
     *
     * @throws ErrorReply 409 if this session has joined a room or resumed another one already
     */
    Uni<SavedSession> take(Session session, String token) {
        if (hasJoined(session)) {
            throw ErrorReply.command("resume", "comes before any join");
        }
        // It would end its own connection as the one that it takes the session over from.
        if (session.hasResumed() || token.equals(session.resumeToken())) {
            throw ErrorReply.command("resume", "comes once, with the token of an earlier session");
        }
        return store.resume(token, session.namespace(), session.self().user())
                .onFailure().transform(ErrorReply::of)
                .emitOn(session.loop()::run)
                .invoke(saved -> check(session, saved));
    }

    /** Whether the client has joined a room. Rooms to which the application has added it do not count. */
    private static boolean hasJoined(Session session) {
        return session.memberships().stream().map(Membership::room)
                .anyMatch(room -> room.isNamed() && !session.granted().contains(room.name()));
    }

    private void check(Session session, SavedSession saved) {
        if (saved == null) {
            throw ErrorReply.parameter(410, "token", "unknown, or older than sessions are kept; join the rooms again");
        }
        String user = session.self().user();
        if (!saved.isOf(session.namespace(), user)) {
            throw Objects.equals(saved.self().user(), user)
                    ? ErrorReply.parameter(410, "token", "of a session in another namespace")
                    : ErrorReply.parameter(403, "token", "of a session of another user");
        }
        String before = session.resumeToken();
        session.resumableBy(saved.token());
        if (!session.isOpen()) {
            ended(session, CloseReason.CONNECTION_LOST);
            throw new ErrorReply(410, "the session has ended");
        }
        store.delete(before).subscribe().with(
                done -> {
                }, failure -> LOG.warnf("A session that a resumed one has replaced was not deleted: %s", failure.getMessage()));
    }

    /** Lets the client that has taken over a session go on using its old token. */
    Uni<Void> lead(Session session, String oldToken, SavedSession taken, Duration ttl) {
        return store.lead(oldToken, taken, ttl).onFailure().transform(ErrorReply::of).emitOn(session.loop()::run);
    }

    /** Returns whether another connection has resumed the session, too, after this one. */
    Uni<Boolean> isTakenOver(Session session) {
        return store.isTakenOver(session.resumeToken()).onFailure().transform(ErrorReply::of);
    }

    /** Rooms to join again, each with the client's position in it, or null. */
    static Map<RoomId, StreamPosition> rooms(SavedSession saved, Map<String, StreamPosition> positions) {
        Map<RoomId, StreamPosition> rooms = new LinkedHashMap<>();
        rooms.put(saved.ownRoom(), positions.get(saved.self().id()));
        rooms.put(RoomId.everyone(saved.namespace()), positions.get(""));
        saved.rooms().keySet().forEach(name -> rooms.put(new RoomId(saved.namespace(), name), positions.get(name)));
        return rooms;
    }

    /** The positions that the client sent, reduced to the session's rooms, by the name of the room. */
    static Map<String, StreamPosition> positions(SavedSession saved, Map<String, StreamPosition> named) {
        Map<String, StreamPosition> positions = new HashMap<>();
        rooms(saved, named).forEach((room, position) -> {
            if (position != null) {
                positions.put(room.name(), position);
            }
        });
        return positions;
    }

    private static SavedSession stateOf(Session session) {
        Map<String, Boolean> rooms = new LinkedHashMap<>();
        for (Membership membership : session.memberships()) {
            RoomId room = membership.room();
            if (room.isNamed()) {
                rooms.put(room.name(), membership.watchesPresence());
            }
        }
        return new SavedSession(session.resumeToken(), session.self(), session.namespace(), rooms,
                Set.copyOf(session.granted()));
    }

    /** The positions that are searched for, by the names of their rooms, as {@link Completions#someAtATime}. */
    static Uni<Map<String, StreamPosition>> positions(Map<String, Uni<StreamPosition>> searches) {
        List<String> names = List.copyOf(searches.keySet());
        return Completions.someAtATime(List.copyOf(searches.values()))
                .map(found -> IntStream.range(0, names.size()).boxed().collect(Collectors.toMap(names::get, found::get)));
    }
}
