package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.security.TokenBucket;
import dev.atrium.security.AuthenticationException.Reason;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Limit;
import dev.atrium.security.LimitException;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.Permission;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import jakarta.inject.Singleton;

/** Makes the answers to those who may not, and tells operators of them. Any thread. */
@Singleton
public final class AuditLog {

    private final Events events;
    private final ClientLimits limits;
    private final ConnectionLimiter connections;

    /** @param events where operators listen */
    public AuditLog(Events events, ClientLimits limits, ConnectionLimiter connections) {
        this.events = events;
        this.limits = limits;
        this.connections = connections;
    }

    /** A token or a key was no good, or there was none. */
    public void token(Caller caller, String transport, Reason reason) {
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.AUTHENTICATION, reason.label(), null));
    }

    /** A page of another origin wanted to come in. */
    public void origin(Caller caller, String origin) {
        events.emit(new Event.Denied(caller, "http", Event.Denied.Kind.ORIGIN, "origin", origin));
    }

    /** Somebody has used up what there is. */
    public void limit(Caller caller, String transport, Limit limit) {
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.LIMIT, limit.label(), null));
    }

    ErrorReply unauthenticated(Caller caller, String transport) {
        token(caller, transport, Reason.MISSING);
        return new ErrorReply(401, "token: expected one before anything else");
    }

    ErrorReply permission(Caller caller, String transport, RoomId room, Permission permission) {
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.PERMISSION, permission.word(), room.toString()));
        return new ErrorReply(403, "room: the permission " + permission.word() + " is missing for it");
    }

    ErrorReply everywhere(Caller caller, String transport, Permission permission) {
        if (caller.identity().isNobody()) {
            return unauthenticated(caller, transport);
        }
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.PERMISSION, permission.word(), "/* *"));
        return new ErrorReply(403, "ns: the permission " + permission.word() + " is missing for all namespaces together; name one");
    }

    ErrorReply namespace(Caller caller, String transport, String namespace) {
        if (caller.identity().isNobody()) {
            return unauthenticated(caller, transport);
        }
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.PERMISSION, Permission.JOIN.word(), namespace));
        return new ErrorReply(403, "ns: the permission " + Permission.JOIN.word() + " is missing for every room of this namespace");
    }

    /**
     * A request of a client that has no session.
     *
     * @throws ErrorReply 429 if there are too many of them
     */
    public void request(Caller caller, String transport) {
        limited(caller, transport, () -> limits.request(caller));
    }

    ErrorReply bytes(Caller caller, String transport, int size) {
        try {
            limited(caller, transport, () -> limits.bytes(caller, size));
            return null;
        } catch (ErrorReply refusal) {
            return refusal;
        }
    }

    /** @throws ErrorReply if the work throws that there is too much of something */
    void limited(Caller caller, String transport, Runnable work) {
        try {
            work.run();
        } catch (LimitException e) {
            limit(caller, transport, e.limit());
            throw ErrorReply.of(e);
        }
    }

    ErrorReply room(Session session) {
        if (session.memberships().size() < limits.rooms()) {
            return null;
        }
        try {
            limits.room((int) session.memberships().stream().filter(each -> each.room().isNamed()).count());
            return null;
        } catch (LimitException e) {
            limit(session.caller(), session.transport(), e.limit());
            return ErrorReply.of(e);
        }
    }

    /** A client that goes on after many refusals is closed, and has to stay away for a while. */
    ErrorReply spend(Session session, int size) {
        return spend(session, 1, size);
    }

    ErrorReply spend(Session session, int messages, long size) {
        TokenBucket allowance = session.allowance();
        Limit exceeded = allowance.take(messages, size);
        if (exceeded == null) {
            return null;
        }
        limit(session.caller(), session.transport(), exceeded);
        if (allowance.isAbused()) {
            tooMany(session);
        }
        return new ErrorReply(exceeded.code(), exceeded.message());
    }

    /** A client goes on and on: keeps it out for a while. */
    void flooded(Caller caller, String transport) {
        limit(caller, transport, Limit.MESSAGES);
        connections.penalize(caller);
    }

    /** Ends it, and keeps its client out for a while. */
    void tooMany(Session session) {
        connections.penalize(session.caller());
        session.close(CloseReason.TOO_MANY_MESSAGES);
    }
}
