package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Authenticator;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;

/** Lets clients say who they are after they have connected, and again before their token runs out. On the session's event loop. */
@Singleton
public final class Authentication {

    private final Authenticator authenticator;
    private final Gateway gateway;
    private final AccessControl access;
    private final AuditLog audit;

    /**
     * A session's client is who it says.
     *
     * @param first whether it was let in only now
     * @param left rooms that it may not be in any more
     */
    public record Authenticated(Identity identity, boolean first, List<RoomId> left) {
    }

    /** Of the clients of a gateway. */
    public Authentication(Authenticator authenticator, Gateway gateway, AccessControl access, AuditLog audit) {
        this.authenticator = authenticator;
        this.gateway = gateway;
        this.access = access;
        this.audit = audit;
    }

    /** Whether there is a key to verify tokens with. Without one, what looks like a token may be the application's. */
    public boolean verifies() {
        return authenticator.verifies();
    }

    /** Who shows a token before there is a session; a failure is a {@link ErrorReply}. Completes on any thread. */
    public Uni<Identity> identity(Caller caller, Transport transport, String token) {
        return authenticator.token(token)
                .onFailure(AuthenticationException.class).invoke(failure -> audit.token(caller, transport, failure.reason()))
                .onFailure().transform(ErrorReply::of);
    }

    /**
     * The client shows a token. An anonymous one that has joined rooms already is known there as such, so it comes too late; one
     * that has shown a token can only show others of the same user.
     */
    public Uni<Authenticated> authenticate(Session session, String token) {
        return identity(session.caller(), session.transport(), token).emitOn(session.loop()::run).chain(identity -> authenticated(session, identity));
    }

    private Uni<Authenticated> authenticated(Session session, Identity identity) {
        check(session, identity);
        boolean first = session.memberships().isEmpty();
        gateway.identify(session, identity);
        return first ? admitted(session).replaceWith(() -> new Authenticated(identity, true, List.of()))
                : gateway.narrow(session).map(left -> new Authenticated(identity, false, left));
    }

    private Uni<Void> admitted(Session session) {
        return session.inTurn(() -> gateway.admit(session).chain(() -> gateway.keep(session)))
                // Half let in is worse than not at all: its client comes back.
                .onFailure().invoke(failure -> session.closeSoon(ErrorReply.of(failure).closeReason()));
    }

    private void check(Session session, Identity identity) {
        String user = session.caller().identity().user();
        if (!session.isOpen()) {
            throw new ErrorReply(410, "the session has ended");
        }
        if (user != null && !user.equals(identity.user())) {
            throw ErrorReply.parameter(403, "token", "of another user than this session's");
        }
        boolean known = session.memberships().stream().anyMatch(membership -> membership.room().isNamed());
        if (user == null && known) {
            throw ErrorReply.command(409, "auth", "comes before any join, unless it renews a token");
        }
        try {
            access.requireNamespace(session, identity);
        } catch (ErrorReply nothingHere) {
            // Its rights have ended: so does the session, once it has been told.
            session.closeSoon(CloseReason.FORBIDDEN);
            throw nothingHere;
        }
    }
}
