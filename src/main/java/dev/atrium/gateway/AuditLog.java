package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.security.AuthenticationException.Reason;
import dev.atrium.security.Caller;
import dev.atrium.security.Limit;
import dev.atrium.security.LimitException;
import dev.atrium.security.Permission;
import dev.atrium.session.Transport;
import jakarta.inject.Singleton;

/** Records denials as {@link Event.Denied} for operators, and builds the error replies for the clients. Any thread. */
@Singleton
public final class AuditLog {

    private final Events events;

    /** @param events receives an {@link Event.Denied} for each denial */
    public AuditLog(Events events) {
        this.events = events;
    }

    /** Records an authentication failure: a token or a key was invalid, or missing. */
    public void token(Caller caller, Transport transport, Reason reason) {
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.AUTHENTICATION, reason.label(), null));
    }

    /** Records a request from a page of an origin that is not allowed. */
    public void origin(Caller caller, String origin) {
        events.emit(new Event.Denied(caller, Transport.HTTP, Event.Denied.Kind.ORIGIN, "origin", origin));
    }

    public void limit(Caller caller, Transport transport, Limit limit) {
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.LIMIT, limit.label(), null));
    }

    ErrorReply unauthenticated(Caller caller, Transport transport) {
        token(caller, transport, Reason.MISSING);
        return new ErrorReply(401, "token: expected one before anything else");
    }

    ErrorReply permission(Caller caller, Transport transport, RoomId room, Permission permission) {
        return denied(caller, transport, permission, room.toString(),
                room.isEveryone() ? "ns: the permission %s is missing for this namespace as a whole"
                        : "room: the permission %s is missing for it");
    }

    ErrorReply everywhere(Caller caller, Transport transport) {
        return denied(caller, transport, Permission.ADMIN, "/* *",
                "ns: the permission %s is missing for all namespaces together; name one");
    }

    ErrorReply namespace(Caller caller, Transport transport, String namespace) {
        return denied(caller, transport, Permission.JOIN, namespace,
                "ns: the permission %s is missing for every room of this namespace");
    }

    private ErrorReply denied(Caller caller, Transport transport, Permission permission, String target, String sentence) {
        if (caller.identity().isNobody()) {
            return unauthenticated(caller, transport);
        }
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.PERMISSION, permission.word(), target));
        return new ErrorReply(403, sentence.formatted(permission.word()));
    }

    /** @throws ErrorReply if the work throws a {@link LimitException}, which is recorded */
    void recordLimit(Caller caller, Transport transport, Runnable work) {
        try {
            work.run();
        } catch (LimitException e) {
            limit(caller, transport, e.limit());
            throw ErrorReply.of(e);
        }
    }
}
