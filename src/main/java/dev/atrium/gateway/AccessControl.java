package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.Identity;
import dev.atrium.security.Permission;
import dev.atrium.security.Policy;
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

    /** @param audit records each denial and builds its error reply */
    public AccessControl(Policy policy, ClientLimits limits, AuditLog audit) {
        this.policy = policy;
        this.limits = limits;
        this.audit = audit;
    }

    void require(Session session, RoomId room, Permission permission) {
        require(session.caller(), session.transport(), room, permission);
    }

    void require(Caller caller, Transport transport, RoomId room, Permission permission) {
        requireName(room);
        if (!policy.allows(caller.identity(), room, permission)) {
            throw caller.identity().isNobody() ? audit.unauthenticated(caller, transport)
                    : audit.permission(caller, transport, room, permission);
        }
    }

    void requirePublish(Caller caller, Transport transport, RoomId room) {
        if (!nameFits(room) || !allows(caller, room, Permission.PUBLISH)) {
            require(caller, transport, room, Permission.SEND);
        }
    }

    /** @param namespace null for all namespaces */
    void requireAdmin(Caller caller, Transport transport, String namespace) {
        if (namespace != null) {
            require(caller, transport, RoomId.everyone(namespace), Permission.ADMIN);
        } else if (!policy.allowsEverywhere(caller.identity(), Permission.ADMIN)) {
            throw audit.everywhere(caller, transport, Permission.ADMIN);
        }
    }

    void requireNamespace(Session session, Identity identity) {
        requireNamespace(session.caller().as(identity), session.transport(), session.namespace());
    }

    void requireNamespace(Caller caller, Transport transport, String namespace) {
        if (!policy.reaches(caller.identity(), namespace)) {
            throw audit.namespace(caller, transport, namespace);
        }
    }

    void requireIdentity(Session session) {
        if (session.caller().identity().isNobody()) {
            throw audit.unauthenticated(session.caller(), session.transport());
        }
    }

    /** @throws ErrorReply if the session is in as many named rooms as the limit allows */
    void requireRoomLeft(Session session) {
        audit.room(session);
    }

    /**
     * Returns whether the client has the permission, without an error or an audit record: for data that is left out instead of
     * denied.
     */
    boolean allows(Caller caller, RoomId room, Permission permission) {
        return policy.allows(caller.identity(), room, permission);
    }

    Grant grant(Session session) {
        return new Grant(policy, session.caller().identity());
    }

    /** @throws ErrorReply 400 if the room's name is longer than this server accepts */
    void requireName(RoomId room) {
        if (!nameFits(room)) {
            throw ErrorReply.badRequest("room: expected at most " + limits.roomName() + " bytes of UTF-8");
        }
    }

    /** Whether the name is within the limit. A char is at most three bytes of UTF-8, so short names are not encoded. */
    private boolean nameFits(RoomId room) {
        return room.name().length() * 3 <= limits.roomName()
                || room.name().getBytes(StandardCharsets.UTF_8).length <= limits.roomName();
    }
}
