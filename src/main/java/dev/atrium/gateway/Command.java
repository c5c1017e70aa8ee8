package dev.atrium.gateway;

import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Presence;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.Permission;
import dev.atrium.session.Session;
import io.smallrye.mutiny.Uni;
import java.util.Map;

/**
 * Command of a session's client, with its parameters checked for form. The codec of a transport creates it,
 * {@link Gateway#execute} permits and executes it, and the transport writes the result, or the {@link ErrorReply}, in its own
 * format.
 *
 * @param <R> result
 */
public sealed interface Command<R> {

    /**
     * Checks the client's permission. On the session's event loop; called only by the gateway.
     *
     * @throws ErrorReply 401, 403 or 429 if the command is not permitted
     */
    void permit(Session session, AccessControl access);

    /** Executes the command. On the session's event loop, where the result is emitted too; called only by the gateway. */
    Uni<R> execute(Session session, RoomService service, AccessControl access);

    /**
     * Makes the session a member of a room. Joining again is no error; it only updates {@code watchesPresence}.
     *
     * @param watchesPresence whether the client receives presence events of the room
     * @param since last position that the client received, to be sent the messages after it; or null
     */
    record Join(RoomId room, boolean watchesPresence, StreamPosition since) implements Command<Joined> {

        @Override
        public void permit(Session session, AccessControl access) {
            if (!room.name().equals(session.id())) {
                access.require(session, room, Permission.JOIN);
            }
            if (watchesPresence) {
                access.require(session, room, Permission.PRESENCE);
            }
            if (session.membership(room) == null) {
                access.requireRoomLeft(session);
            }
        }

        @Override
        public Uni<Joined> execute(Session session, RoomService service, AccessControl access) {
            return service.join(session, room, watchesPresence, since, access.grant(session));
        }
    }

    /** Ends the session's membership. Leaving a room that the session is not in does nothing. */
    record Leave(RoomId room) implements Command<Void> {

        @Override
        public void permit(Session session, AccessControl access) {
            access.requireIdentity(session);
        }

        @Override
        public Uni<Void> execute(Session session, RoomService service, AccessControl access) {
            return service.leave(session, room);
        }
    }

    /**
     * Publishes a message in a room. The result is emitted on any thread.
     *
     * @param event null for the default event
     * @param echo whether the session receives its own message
     * @param idempotencyKey by which a repeated command is recognised; or null
     */
    record Publish(RoomId room, String event, Data data, boolean echo,
            String idempotencyKey) implements Command<PublishResult> {

        @Override
        public void permit(Session session, AccessControl access) {
            access.require(session, room, Permission.SEND);
        }

        @Override
        public Uni<PublishResult> execute(Session session, RoomService service, AccessControl access) {
            return service.publish(session.self(), session.transport(), room, event, data, echo, idempotencyKey);
        }
    }

    /** Reads a part of a room's history. Every session may read the history of its own room. */
    record ReadHistory(RoomId room, HistoryQuery query) implements Command<History> {

        @Override
        public void permit(Session session, AccessControl access) {
            if (room.isSession() && !room.name().equals(session.id())) {
                throw new ErrorReply(403, "room: this is another session's own room");
            }
            if (!room.isSession()) {
                access.require(session, room, Permission.HISTORY);
            }
        }

        @Override
        public Uni<History> execute(Session session, RoomService service, AccessControl access) {
            return service.history(room, query);
        }
    }

    /**
     * Lists the sessions in a room, on all replicas.
     *
     * @param cursor {@link MemberPage#next()} of the previous page; or null
     */
    record ListMembers(RoomId room, String cursor, int limit) implements Command<MemberPage<Presence>> {

        @Override
        public void permit(Session session, AccessControl access) {
            access.require(session, room, Permission.PRESENCE);
        }

        @Override
        public Uni<MemberPage<Presence>> execute(Session session, RoomService service, AccessControl access) {
            return service.members(room, cursor, limit);
        }
    }

    /** Lists the users in a room, on all replicas; sessions of one user are one entry. */
    record ListUsers(RoomId room, String cursor, int limit) implements Command<MemberPage<MemberPage.User>> {

        @Override
        public void permit(Session session, AccessControl access) {
            access.require(session, room, Permission.PRESENCE);
        }

        @Override
        public Uni<MemberPage<MemberPage.User>> execute(Session session, RoomService service, AccessControl access) {
            return service.users(room, cursor, limit);
        }
    }

    /**
     * Resumes an earlier session of the same user in a session that has just begun: it takes over the id, and the rooms that it
     * may still join.
     *
     * @param token resume token that the client was sent
     * @param positions last positions that the client received, by the name of the room; the empty name is the whole namespace
     */
    record Resume(String token, Map<String, StreamPosition> positions) implements Command<Resumed> {

        @Override
        public void permit(Session session, AccessControl access) {
            access.requireNamespace(session, session.caller().identity());
        }

        @Override
        public Uni<Resumed> execute(Session session, RoomService service, AccessControl access) {
            return service.resume(session, token, positions, access.grant(session));
        }
    }

    /**
     * Recovers an earlier session for a client that knows only the last message that it received: all of its rooms, or an
     * error. After an error the session cannot be used any more.
     */
    record Recover(String token, RecoveryOffset last) implements Command<Recovered> {

        @Override
        public void permit(Session session, AccessControl access) {
            // The session was permitted to enter its namespace before.
        }

        @Override
        public Uni<Recovered> execute(Session session, RoomService service, AccessControl access) {
            return service.recover(session, token, last, access.grant(session));
        }
    }
}
