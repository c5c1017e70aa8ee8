package dev.atrium.gateway;

import dev.atrium.room.Audience;
import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Member;
import dev.atrium.room.Membership;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import dev.atrium.room.SessionId;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.Permission;
import dev.atrium.session.Requester;
import dev.atrium.session.Session;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Command of a client, with its parameters checked for form. The codec of a transport creates it, {@link Gateway#execute}
 * charges for it, permits and executes it, and the transport writes the result, or the {@link ErrorReply}, in its own format.
 *
 * @param <C> client that can send the command: any, or one with a session
 * @param <R> result
 */
public sealed interface Command<C extends Requester, R> {

    /**
     * Checks the client's permission. On the session's event loop; called only by the gateway.
     *
     * @throws ErrorReply 401, 403 or 429 if the command is not permitted
     */
    void permit(C client, AccessControl access);

    /**
     * Executes the command. For a session on its event loop, where the result is emitted, too, unless the command says
     * otherwise; called only by the gateway.
     */
    Uni<R> execute(C client, Services services);

    /** What the commands of this package are executed by. */
    record Services(RoomService rooms, AccessControl access, Authentication authentication) {
    }

    /** Command that brings along what executes it, for example of a package above this one. */
    non-sealed interface Extension<C extends Requester, R> extends Command<C, R> {

        /** Executes the command with what it has brought along. Called only by {@link #execute}. */
        Uni<R> run(C client);

        @Override
        default Uni<R> execute(C client, Services services) {
            return run(client);
        }
    }

    /**
     * Makes the session a member of a room. Joining again is no error; it only updates {@code watchesPresence}.
     *
     * @param watchesPresence whether the client receives presence events of the room
     * @param since last position that the client received, to be sent the messages after it; or null
     */
    record Join(RoomId room, boolean watchesPresence, StreamPosition since) implements Command<Session, Joined> {

        @Override
        public void permit(Session session, AccessControl access) {
            access.requireIdentity(session);
            if (!room.name().equals(session.id())) {
                access.require(session, room, Permission.JOIN);
            }
            if (watchesPresence) {
                access.require(session, room, Permission.PRESENCE);
            }
            if (session.membership(room) == null) {
                access.requireRoomQuota(session);
            }
        }

        @Override
        public Uni<Joined> execute(Session session, Services services) {
            boolean opens = services.access.requireNewRoom(session, room, services.rooms.isInUse(room));
            return services.rooms.join(session, room, watchesPresence, since, services.access.grant(session)).invoke(joined -> {
                // A client that resumes from the beginning of a room has opened nothing.
                if (opens && joined.position().offset() == 0 && joined.membership().beganEmpty()) {
                    services.access.chargeNewRoom(session, room);
                }
            });
        }
    }

    /** Ends the session's membership. Leaving a room that the session is not in does nothing. */
    record Leave(RoomId room) implements Command<Session, Void> {

        @Override
        public void permit(Session session, AccessControl access) {
            access.requireIdentity(session);
        }

        @Override
        public Uni<Void> execute(Session session, Services services) {
            return services.rooms.leave(session, room);
        }
    }

    /**
     * Publishes a message in a room; to a single session only if it exists. The result is emitted on any thread.
     *
     * @param event null for the default event
     * @param echo whether the session receives its own message
     * @param idempotencyKey by which a repeated command is recognised; or null
     * @param traceparent the client's span, in the format of W3C Trace Context; null for none
     */
    record Publish(RoomId room, String event, Data data, boolean echo, String idempotencyKey, String traceparent)
            implements
                Command<Requester, PublishResult> {

        /** A message whose client takes no part in a trace. */
        public Publish(RoomId room, String event, Data data, boolean echo, String idempotencyKey) {
            this(room, event, data, echo, idempotencyKey, null);
        }

        @Override
        public void permit(Requester client, AccessControl access) {
            access.requirePublish(client, room);
        }

        @Override
        public Uni<PublishResult> execute(Requester client, Services services) {
            boolean opens = services.access.requireNewRoom(client, room, services.rooms.isInUse(room));
            return services.rooms.publish(services.rooms.toExisting(
                    new Publication(room, event, data, client.self(), echo, null, idempotencyKey, traceparent)),
                    client.transport()).invoke(published -> {
                        if (opens && published.position().offset() == 1) {
                            services.access.chargeNewRoom(client, room);
                        }
                    });
        }
    }

    /**
     * Publishes a volatile message in a room: members that are connected and not slow receive it, it has no stream position,
     * and no history keeps it. A single session has to exist. The {@code Uni} completes on any thread.
     *
     * @param event null for the default event
     * @param echo whether the session receives its own message
     * @param to id of the session that alone receives it, if it is a member of the room; null for all members
     */
    record PublishVolatile(RoomId room, String event, Data data, boolean echo, String to) implements Command<Requester, Void> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.requirePublish(client, room);
            if (to != null && !SessionId.isSessionId(to)) {
                throw ErrorReply.parameter(400, "to", "expected the id of a session");
            }
        }

        @Override
        public Uni<Void> execute(Requester client, Services services) {
            Audience audience = to == null ? null : Audience.ofSession(to);
            return services.rooms.publishVolatile(
                    services.rooms.toExisting(new Publication(room, event, data, client.self(), echo, audience, null)),
                    client.transport());
        }
    }

    /** Reads a part of a room's history. Every session may read the history of its own room. */
    record ReadHistory(RoomId room, HistoryQuery query) implements Command<Requester, History> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.requireIdentity(client);
            if (!room.isSession()) {
                access.require(client, room, Permission.HISTORY);
            } else if (client.self() == null || !room.name().equals(client.self().id())) {
                throw new ErrorReply(403, "room: this is another session's own room");
            }
        }

        @Override
        public Uni<History> execute(Requester client, Services services) {
            return services.rooms.history(room, query);
        }
    }

    /**
     * Lists the sessions in a room, on all replicas.
     *
     * @param cursor {@link MemberPage#next()} of the previous page; or null
     */
    record ListMembers(RoomId room, String cursor, int limit) implements Command<Requester, MemberPage<Presence>> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.require(client, room, Permission.PRESENCE);
        }

        @Override
        public Uni<MemberPage<Presence>> execute(Requester client, Services services) {
            return services.rooms.members(room, cursor, limit);
        }
    }

    /** Lists the users in a room, on all replicas; sessions of one user are one entry. */
    record ListUsers(RoomId room, String cursor, int limit) implements Command<Requester, MemberPage<MemberPage.User>> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.require(client, room, Permission.PRESENCE);
        }

        @Override
        public Uni<MemberPage<MemberPage.User>> execute(Requester client, Services services) {
            return services.rooms.users(room, cursor, limit);
        }
    }

    /** Reads the state of a room, as far as the client may know it: the number of members takes a permission of its own. */
    record ReadState(RoomId room) implements Command<Requester, RoomState> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.require(client, room, Permission.JOIN);
        }

        @Override
        public Uni<RoomState> execute(Requester client, Services services) {
            Uni<Integer> members = services.access.allows(client, room, Permission.PRESENCE) ? services.rooms.memberCount(room)
                    : Uni.createFrom().nullItem();
            return Uni.combine().all().unis(members, services.rooms.history(room, HistoryQuery.HEAD))
                    .with((count, history) -> new RoomState(count, history.head()));
        }
    }

    /** Lists the rooms of a namespace that have members or a history, reduced to those that the client may join. */
    record ListRooms(String namespace, String prefix, String cursor, int limit) implements Command<Requester, RoomPage> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.requireNamespace(client, namespace);
        }

        @Override
        public Uni<RoomPage> execute(Requester client, Services services) {
            return services.rooms.rooms(namespace, prefix, cursor, limit)
                    .map(page -> new RoomPage(page.names().stream()
                            .filter(name -> services.access.allows(client, new RoomId(namespace, name), Permission.JOIN))
                            .toList(), page.next()));
        }
    }

    /**
     * Subscribes a member that is no session and has no presence to a room. On the member's event loop, where the result is
     * emitted, too.
     *
     * @param opens whether nobody had used the room
     * @param stillWanted checked before the membership begins
     */
    record Listen(Member member, RoomId room, StreamPosition since, boolean opens, BooleanSupplier stillWanted)
            implements
                Command<Requester, Membership> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.require(client, room, Permission.JOIN);
            access.requireMemory(client);
        }

        @Override
        public Uni<Membership> execute(Requester client, Services services) {
            boolean charged = opens && services.access.requireNewRoom(client, room, services.rooms.isInUse(room));
            return services.rooms.listen(member, room, since, stillWanted).invoke(membership -> {
                if (charged) {
                    services.access.chargeNewRoom(client, room);
                }
            });
        }
    }

    /** Ends a session on whatever replica it is. The result is whether there was one. */
    record Disconnect(String namespace, String sessionId) implements Command<Requester, Boolean> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.requireAdmin(client, namespace);
        }

        @Override
        public Uni<Boolean> execute(Requester client, Services services) {
            return services.rooms.disconnect(namespace, sessionId);
        }
    }

    /**
     * Closes all sessions of a user, on every replica. The result is their number.
     *
     * @param namespace null for all namespaces
     */
    record Revoke(Revocation revocation, String namespace, String user) implements Extension<Requester, Integer> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.requireAdmin(client, namespace);
        }

        @Override
        public Uni<Integer> run(Requester client) {
            return revocation.revoke(namespace, user);
        }
    }

    /** Sign of life of a client whose connection has none of its own. */
    record Heartbeat() implements Command<Session, Void> {

        @Override
        public void permit(Session session, AccessControl access) {
            // A client that still has to authenticate may send it, too.
        }

        @Override
        public Uni<Void> execute(Session session, Services services) {
            return Uni.createFrom().voidItem();
        }
    }

    /** Authenticates the session's client, or renews its token. */
    record Authenticate(String token) implements Command<Session, Authentication.Authenticated> {

        @Override
        public void permit(Session session, AccessControl access) {
            // The token itself is the permission.
        }

        @Override
        public Uni<Authentication.Authenticated> execute(Session session, Services services) {
            return services.authentication.authenticate(session, token);
        }
    }

    /**
     * Resumes an earlier session of the same user in a session that has just begun: it takes over the id, and the rooms that it
     * may still join.
     *
     * @param token resume token that the client was sent
     * @param positions last positions that the client received, by the name of the room; the empty name is the whole namespace
     */
    record Resume(String token, Map<String, StreamPosition> positions) implements Command<Session, Resumed> {

        @Override
        public void permit(Session session, AccessControl access) {
            access.requireNamespace(session, session.namespace());
            access.requireMemory(session);
        }

        @Override
        public Uni<Resumed> execute(Session session, Services services) {
            // In its turn, because clients of a replica that was killed resume all at once.
            return session.inTurn(() -> services.rooms.resume(session, token, positions, services.access.grant(session)));
        }
    }

    /**
     * Recovers an earlier session for a client that knows only the last message that it received: all of its rooms, or an
     * error. After an error the session cannot be used any more.
     */
    record Recover(String token, RecoveryOffset last) implements Command<Session, Recovered> {

        @Override
        public void permit(Session session, AccessControl access) {
            // The session was permitted to enter its namespace before.
        }

        @Override
        public Uni<Recovered> execute(Session session, Services services) {
            return services.rooms.recover(session, token, last, services.access.grant(session));
        }
    }
}
