package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.Permission;
import dev.atrium.security.Policy;
import dev.atrium.session.Session;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;

/**
 * Asks the policy for each operation, and has the answer made for whoever may not. What returns a {@link ErrorReply} returns null for
 * whoever may. Any thread.
 */
@Singleton
public final class AccessControl {

    private final Policy policy;
    private final ClientLimits limits;
    private final AuditLog denials;

    /** @param denials makes the answers */
    public AccessControl(Policy policy, ClientLimits limits, AuditLog denials) {
        this.policy = policy;
        this.limits = limits;
        this.denials = denials;
    }

    ErrorReply check(Session session, RoomId room, Permission permission) {
        return check(session.caller(), session.transport(), room, permission);
    }

    ErrorReply check(Caller caller, String transport, RoomId room, Permission permission) {
        if (!nameFits(room)) {
            return nameTooLong();
        }
        if (policy.allows(caller.identity(), room, permission)) {
            return null;
        }
        return caller.identity().isNobody() ? denials.unauthenticated(caller, transport)
                : denials.permission(caller, transport, room, permission);
    }

    ErrorReply checkPublish(Caller caller, String transport, RoomId room) {
        return nameFits(room) && allows(caller, room, Permission.PUBLISH) ? null : check(caller, transport, room, Permission.SEND);
    }

    /** @param namespace null for all of them */
    ErrorReply checkAdmin(Caller caller, String transport, String namespace) {
        if (namespace != null) {
            return check(caller, transport, RoomId.everyone(namespace), Permission.ADMIN);
        }
        return policy.allowsEverywhere(caller.identity(), Permission.ADMIN) ? null
                : denials.everywhere(caller, transport, Permission.ADMIN);
    }

    ErrorReply checkNamespace(Session session, Identity identity) {
        return checkNamespace(session.caller().as(identity), session.transport(), session.namespace());
    }

    ErrorReply checkNamespace(Caller caller, String transport, String namespace) {
        return policy.reaches(caller.identity(), namespace) ? null : denials.namespace(caller, transport, namespace);
    }

    /** Without a word to anybody: what it may not have it is simply not shown. */
    boolean allows(Caller caller, RoomId room, Permission permission) {
        return policy.allows(caller.identity(), room, permission);
    }

    /** What is said to the session alone it may hear whenever it was said. */
    boolean mayReadBack(Session session, RoomId room) {
        return room.isSession() || allows(session.caller(), room, Permission.HISTORY);
    }

    /** What the session may have of what it had. */
    ResumeGrant rights(Session session) {
        return new ResumeGrant(room -> !room.isNamed() || allows(session.caller(), room, Permission.JOIN),
                room -> allows(session.caller(), room, Permission.PRESENCE));
    }

    /** @throws ErrorReply 400 if the name of a room is longer than this server takes */
    void requireName(RoomId room) {
        if (!nameFits(room)) {
            throw nameTooLong();
        }
    }

    private ErrorReply nameTooLong() {
        return ErrorReply.badRequest("room: expected at most " + limits.roomName() + " bytes of UTF-8");
    }

    /** A name has at most three bytes for each of its chars. */
    private boolean nameFits(RoomId room) {
        return room.name().length() * 3 <= limits.roomName()
                || room.name().getBytes(StandardCharsets.UTF_8).length <= limits.roomName();
    }
}
