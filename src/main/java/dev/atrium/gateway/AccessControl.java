package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.LoadSignal;
import dev.atrium.security.Permission;
import dev.atrium.security.Policy;
import dev.atrium.session.HttpRequester;
import dev.atrium.session.Requester;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;

/**
 * Authorization check of each client operation against the {@link Policy}. A missing permission is thrown as an
 * {@link ErrorReply}: 401 for a client that has to authenticate first, else 403; the {@link AuditLog} records it. Any thread.
 */
@Singleton
public final class AccessControl {

    private final Policy policy;
    private final ClientLimits limits;
    private final AuditLog audit;
    private final LoadSignal load;

    public AccessControl(Policy policy, ClientLimits limits, AuditLog audit, LoadSignal load) {
        this.load = load;
        this.policy = policy;
        this.limits = limits;
        this.audit = audit;
    }

    /** @throws ErrorReply 401 or 403 if the client does not have the permission; 400 for a room's name that is too long */
    public void require(Requester client, RoomId room, Permission permission) {
        requireName(room);
        if (!allows(client, room, permission)) {
            throw audit.permission(client.caller(), client.transport(), room, permission);
        }
    }

    /** @throws ErrorReply 401 or 403, naming the first, if the client may neither join the room nor send to it */
    public void requireJoinOrSend(Requester client, RoomId room) {
        if (!nameFits(room) || !allows(client, room, Permission.SEND)) {
            require(client, room, Permission.JOIN);
        }
    }

    /** Either of two permissions lets a backend publish by HTTP; a session needs the one to send. */
    void requirePublish(Requester client, RoomId room) {
        boolean publishes = client instanceof HttpRequester && nameFits(room) && allows(client, room, Permission.PUBLISH);
        if (!publishes) {
            require(client, room, Permission.SEND);
        }
    }

    /** @param namespace null for all namespaces */
    void requireAdmin(Requester client, String namespace) {
        if (namespace != null) {
            require(client, RoomId.everyone(namespace), Permission.ADMIN);
        } else if (!policy.allowsEverywhere(client.caller().identity(), Permission.ADMIN)) {
            throw audit.everywhere(client.caller(), client.transport());
        }
    }

    /** @throws ErrorReply 401 or 403 if the client may join no room of the namespace */
    public void requireNamespace(Requester client, String namespace) {
        requireNamespace(client.caller(), client.transport(), namespace);
    }

    void requireNamespace(Caller caller, Transport transport, String namespace) {
        if (!policy.reaches(caller.identity(), namespace)) {
            throw audit.namespace(caller, transport, namespace);
        }
    }

    /** @throws ErrorReply 401 if the client has to authenticate first */
    public void requireIdentity(Requester client) {
        if (client.caller().identity().isNobody()) {
            throw audit.unauthenticated(client.caller(), client.transport());
        }
    }

    /** @throws ErrorReply if the session is in as many named rooms as the limit allows, or memory is scarce */
    void requireRoomQuota(Session session) {
        requireMemory(session);
        if (session.memberships().size() >= limits.config().rooms()) {
            audit.recordLimit(session.caller(), session.transport(), () -> limits
                    .checkRooms((int) session.memberships().stream().filter(each -> each.room().isNamed()).count()));
        }
    }

    /** @throws ErrorReply 503 while live data takes most of the heap */
    void requireMemory(Requester client) {
        audit.recordLimit(client.caller(), client.transport(), load::requireMemory);
    }

    /**
     * Checks the limit of new rooms, of which a namespace counts as one, unless somebody is in the room here: clients that
     * share an address with one that opens too many rooms must not suffer in theirs.
     *
     * @return whether the client opens the room, as far as this replica knows
     * @throws ErrorReply 429 if the client has opened too many rooms
     */
    boolean requireNewRoom(Requester client, RoomId room, boolean inUse) {
        if (!inUse && isOpened(room)) {
            audit.recordLimit(client.caller(), client.transport(), () -> limits.checkNewRooms(client.caller()));
        }
        return !inUse;
    }

    /** Charges a client that is the first one in a room, or has published the first message there. */
    void chargeNewRoom(Requester client, RoomId room) {
        if (isOpened(room)) {
            limits.chargeNewRoom(client.caller());
        }
    }

    /** Whether a client opens a room: not that of a session, nor the namespace of all clients that name none. */
    private static boolean isOpened(RoomId room) {
        return room.isNamed() || room.isEveryone() && !room.namespace().equals(RoomId.DEFAULT_NAMESPACE);
    }

    /** Returns whether the client has the permission, without an audit record: for data that is left out, and not denied. */
    boolean allows(Requester client, RoomId room, Permission permission) {
        return policy.allows(client.caller().identity(), room, permission);
    }

    Grant grant(Session session) {
        return new Grant(policy, session.caller().identity());
    }

    /** @throws ErrorReply 400 if the room's name is longer than this server accepts */
    void requireName(RoomId room) {
        if (!nameFits(room)) {
            throw ErrorReply.badRequest("room: expected at most " + limits.config().roomName() + " bytes of UTF-8");
        }
    }

    /** Whether the name is within the limit. A char is at most three bytes of UTF-8, so short names are not encoded. */
    private boolean nameFits(RoomId room) {
        return room.name().length() * 3 <= limits.config().roomName()
                || room.name().getBytes(StandardCharsets.UTF_8).length <= limits.config().roomName();
    }
}
