package dev.atrium.gateway;

import dev.atrium.security.AuthenticationException;
import dev.atrium.security.AuthenticationException.Reason;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.SecurityConfig;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;
import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Token expiry. Warns clients before their token expires, and closes sessions whose client has not renewed its token, or has
 * not authenticated in time. On the session's event loop.
 */
@Singleton
public final class TokenExpiry {

    private static final Duration MAX_DURATION = Duration.ofDays(1);

    private static final double RENEWAL_SHARE = 0.5;

    private final AuditLog audit;
    private final SecurityConfig.Auth config;

    /** @throws ConfigurationException naming the invalid setting */
    public TokenExpiry(AuditLog audit, SecurityConfig all) {
        this.audit = audit;
        this.config = all.auth();
        Require.between("atrium.auth.timeout", config.timeout(), Duration.ofMillis(50), Duration.ofHours(1));
        Require.between("atrium.auth.notice", config.notice(), Duration.ZERO, MAX_DURATION);
        Require.between("atrium.auth.grace", config.grace(), Duration.ZERO, MAX_DURATION);
    }

    /** Starts the session's deadline for its present identity, in place of an earlier deadline. */
    void watch(Session session) {
        watch(session, 0);
    }

    /**
     * Starts the deadline as {@link #watch(Session)} after the client has renewed its token. However short its tokens last, it
     * is not asked for the next one at once: it would renew them as fast as it can.
     */
    void renewed(Session session) {
        watch(session, RENEWAL_SHARE);
    }

    /** @param share of the token's remaining time after which the client is warned at the earliest */
    private void watch(Session session, double share) {
        Identity identity = session.caller().identity();
        if (identity.isNobody()) {
            session.setDeadline(() -> end(session, Reason.MISSING), config.timeout().toMillis());
        } else if (identity.expires() == Identity.NEVER) {
            session.cancelDeadline();
        } else {
            long left = identity.expires() - System.currentTimeMillis();
            long notice = Math.max(left - config.notice().toMillis(), (long) (left * share));
            session.setDeadline(() -> expiring(session, identity), Math.max(0, notice));
        }
    }

    /**
     * Checks that a client is still who it was when its connection was opened, which may be long ago: an Engine.IO connection
     * stays open when the sessions on it have ended.
     *
     * @throws ErrorReply 401
     */
    void requireUnexpired(Caller caller, Transport transport) {
        long expires = caller.identity().expires();
        if (expires != Identity.NEVER && expires + config.grace().toMillis() <= System.currentTimeMillis()) {
            audit.token(caller, transport, Reason.EXPIRED);
            throw ErrorReply.of(new AuthenticationException(Reason.EXPIRED));
        }
    }

    private void expiring(Session session, Identity identity) {
        long end = identity.expires() + config.grace().toMillis() - System.currentTimeMillis();
        session.setDeadline(() -> end(session, Reason.EXPIRED), Math.max(0, end));
        session.expiring(identity.expires());
    }

    private void end(Session session, Reason reason) {
        audit.token(session.caller(), session.transport(), reason);
        session.close(CloseReason.UNAUTHENTICATED);
    }
}
