package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.security.AuthenticationException.Reason;
import dev.atrium.security.Caller;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Limit;
import dev.atrium.security.LimitException;
import dev.atrium.security.Permission;
import dev.atrium.security.TokenBucket;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;
import jakarta.inject.Singleton;

/** Records denials as {@link Event.Denied} for operators, and builds the error replies for the clients. Any thread. */
@Singleton
public final class AuditLog {

    private final Events events;
    private final ClientLimits limits;
    private final ConnectionLimiter connections;

    /** @param events receives an {@link Event.Denied} for each denial */
    public AuditLog(Events events, ClientLimits limits, ConnectionLimiter connections) {
        this.events = events;
        this.limits = limits;
        this.connections = connections;
    }

    /** Records an authentication failure: a token or a key was invalid, or missing. */
    public void token(Caller caller, Transport transport, Reason reason) {
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.AUTHENTICATION, reason.label(), null));
    }

    /** Records a request from a page of an origin that is not allowed. */
    public void origin(Caller caller, String origin) {
        events.emit(new Event.Denied(caller, Transport.HTTP, Event.Denied.Kind.ORIGIN, "origin", origin));
    }

    /** Records that a client exceeded a limit. */
    public void limit(Caller caller, Transport transport, Limit limit) {
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.LIMIT, limit.label(), null));
    }

    ErrorReply unauthenticated(Caller caller, Transport transport) {
        token(caller, transport, Reason.MISSING);
        return new ErrorReply(401, "token: expected one before anything else");
    }

    ErrorReply permission(Caller caller, Transport transport, RoomId room, Permission permission) {
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.PERMISSION, permission.word(), room.toString()));
        return new ErrorReply(403, "room: the permission " + permission.word() + " is missing for it");
    }

    ErrorReply everywhere(Caller caller, Transport transport, Permission permission) {
        if (caller.identity().isNobody()) {
            return unauthenticated(caller, transport);
        }
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.PERMISSION, permission.word(), "/* *"));
        return new ErrorReply(403,
                "ns: the permission " + permission.word() + " is missing for all namespaces together; name one");
    }

    ErrorReply namespace(Caller caller, Transport transport, String namespace) {
        if (caller.identity().isNobody()) {
            return unauthenticated(caller, transport);
        }
        events.emit(new Event.Denied(caller, transport, Event.Denied.Kind.PERMISSION, Permission.JOIN.word(), namespace));
        return new ErrorReply(403,
                "ns: the permission " + Permission.JOIN.word() + " is missing for every room of this namespace");
    }

    /**
     * Charges one request of a client that has no session.
     *
     * @throws ErrorReply 429 if the client sends too many
     */
    public void request(Caller caller, Transport transport) {
        limited(caller, transport, () -> limits.request(caller));
    }

    void bytes(Caller caller, Transport transport, long size) {
        limited(caller, transport, () -> limits.bytes(caller, size));
    }

    /** @throws ErrorReply if the work throws a {@link LimitException}, which is recorded */
    void limited(Caller caller, Transport transport, Runnable work) {
        try {
            work.run();
        } catch (LimitException e) {
            limit(caller, transport, e.limit());
            throw ErrorReply.of(e);
        }
    }

    void room(Session session) {
        if (session.memberships().size() >= limits.rooms()) {
            limited(session.caller(), session.transport(),
                    () -> limits.room((int) session.memberships().stream().filter(each -> each.room().isNamed()).count()));
        }
    }

    /**
     * Charges a session for messages. The session of a client that keeps sending after many errors is closed, and the client
     * may not connect for a while.
     *
     * @throws ErrorReply 429 if its bucket has not enough tokens
     */
    void charge(Session session, int messages, long bytes) {
        TokenBucket tokens = session.tokens();
        Limit exceeded = tokens.take(messages, bytes);
        if (exceeded != null) {
            limit(session.caller(), session.transport(), exceeded);
            if (tokens.isAbused()) {
                tooMany(session);
            }
            throw new ErrorReply(exceeded.code(), exceeded.message());
        }
    }

    /** Records that a client kept sending over its limit, and rejects its connections for a while. */
    void flooded(Caller caller, Transport transport) {
        limit(caller, transport, Limit.MESSAGES);
        connections.penalize(caller);
    }

    /** Closes the session, and rejects its client's connections for a while. */
    void tooMany(Session session) {
        connections.penalize(session.caller());
        session.close(CloseReason.TOO_MANY_MESSAGES);
    }
}
