package dev.atrium.gateway;

import dev.atrium.security.Caller;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Limit;
import dev.atrium.security.TokenBucket;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;
import jakarta.inject.Singleton;

/**
 * Rate limit of each client: its session's token bucket, or that of its user or address for HTTP requests. An exceeded limit is
 * recorded in the {@link AuditLog}. Any thread; methods that take a session on its event loop.
 */
@Singleton
public final class RateLimiter {

    private final ClientLimits limits;
    private final ConnectionLimiter connections;
    private final AuditLog audit;

    /** @param connections rejects the next connections of a client that does not stop */
    public RateLimiter(ClientLimits limits, ConnectionLimiter connections, AuditLog audit) {
        this.limits = limits;
        this.connections = connections;
        this.audit = audit;
    }

    TokenBucket newTokenBucket() {
        return limits.newTokenBucket();
    }

    /**
     * Charges one request of a client that has no session.
     *
     * @throws ErrorReply 429 if the client sends too many
     */
    public void chargeRequest(Caller caller) {
        audit.recordLimit(caller, Transport.HTTP, () -> limits.chargeRequest(caller));
    }

    /** Charges the data of a request that was charged before. */
    void chargeBytes(Caller caller, long size) {
        audit.recordLimit(caller, Transport.HTTP, () -> limits.chargeBytes(caller, size));
    }

    /**
     * Charges a session. The session of a client that keeps sending after many errors is closed, and the client may not connect
     * for a while.
     *
     * @return the error, 429, if its bucket has not enough tokens; else null
     */
    ErrorReply charge(Session session, Cost cost) {
        TokenBucket tokens = session.tokens();
        Limit exceeded = tokens.take(cost.messages(), cost.bytes());
        if (exceeded == null) {
            return null;
        }
        audit.limit(session.caller(), session.transport(), exceeded);
        countRejection(session);
        return new ErrorReply(exceeded.code(), exceeded.message());
    }

    /** Counts an error reply to a session, and closes the session of a client that ignores too many of them. */
    void countRejection(Session session) {
        if (session.tokens().countRejection()) {
            closeFlooding(session);
        }
    }

    /** Closes the session of a client that sends too much, and rejects its connections for a while. */
    void closeFlooding(Session session) {
        connections.penalize(session.caller());
        session.close(CloseReason.TOO_MANY_MESSAGES);
    }

    /** Records that a client without a session has sent too much, and rejects its connections for a while. */
    void penalize(Caller caller, Transport transport) {
        audit.limit(caller, transport, Limit.MESSAGES);
        connections.penalize(caller);
    }
}
