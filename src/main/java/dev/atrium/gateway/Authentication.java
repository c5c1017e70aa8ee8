package dev.atrium.gateway;

import dev.atrium.room.Membership;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Authenticator;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Identity;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Authentication of connected clients: by a first token, or by a new one before it expires. On the session's event loop. */
@Singleton
public final class Authentication {

    private final Authenticator authenticator;
    private final RoomService service;
    private final AccessControl access;
    private final ConnectionLimiter connections;
    private final AuditLog audit;
    private final TokenExpiry expiry;

    /**
     * Result of a successful authentication.
     *
     * @param first whether the session was admitted by it
     * @param left rooms that the session had to leave, because the new token does not permit them
     */
    public record Authenticated(Identity identity, boolean first, List<RoomId> left) {
    }

    public Authentication(Authenticator authenticator, RoomService service, AccessControl access, ConnectionLimiter connections,
            AuditLog audit, TokenExpiry expiry) {
        this.authenticator = authenticator;
        this.service = service;
        this.access = access;
        this.connections = connections;
        this.audit = audit;
        this.expiry = expiry;
    }

    /** @throws ErrorReply 401 if the client's token has expired since it was verified */
    void requireUnexpired(Caller caller, Transport transport) {
        expiry.requireUnexpired(caller, transport);
    }

    /** Watches the expiry of a session's token, or its first authentication if it has none. */
    void watch(Session session) {
        expiry.watch(session);
    }

    /** Whether there is a key to verify tokens with; without one, what looks like a token may belong to the application. */
    public boolean verifies() {
        return authenticator.verifies();
    }

    /** Identity of a client that sends a token before it has a session; or an {@link ErrorReply}. Completes on any thread. */
    public Uni<Identity> identity(Caller caller, Transport transport, String token) {
        return authenticator.token(token)
                .onFailure(AuthenticationException.class).invoke(failure -> audit.token(caller, transport, failure.reason()))
                .onFailure().transform(ErrorReply::of);
    }

    /**
     * Authenticates the session's client by a token. Too late for an anonymous client that has joined rooms: the members know
     * it as anonymous. A client that has authenticated can only send further tokens of the same user.
     */
    Uni<Authenticated> authenticate(Session session, String token) {
        return identity(session.caller(), session.transport(), token).emitOn(session.loop()::run)
                .chain(identity -> authenticated(session, identity));
    }

    private Uni<Authenticated> authenticated(Session session, Identity identity) {
        check(session, identity);
        boolean first = session.memberships().isEmpty();
        Sender before = session.self();
        identify(session, identity);
        return first ? admitted(session).replaceWith(() -> new Authenticated(identity, true, List.of()))
                : narrow(session, !session.self().equals(before)).map(left -> new Authenticated(identity, false, left));
    }

    private Uni<Void> admitted(Session session) {
        return session.inTurn(() -> admit(session).chain(() -> service.keep(session)))
                // A session that is only partly admitted would miss messages, so it is closed and its client reconnects.
                .onFailure().invoke(failure -> session.closeSoon(ErrorReply.of(failure).closeReason()));
    }

    /**
     * Makes a session a member of its own room and of its namespace's room.
     *
     * @return fails with 429 if nobody is in the namespace here, and the client has opened too many rooms
     */
    Uni<Void> admit(Session session) {
        RoomId namespace = RoomId.everyone(session.namespace());
        boolean opens = access.requireNewRoom(session, namespace, service.isInUse(namespace));
        return service.admit(session).invoke(() -> {
            if (opens && session.membership(namespace).beganEmpty()) {
                access.chargeNewRoom(session, namespace);
            }
        });
    }

    /**
     * Sets the identity of a session whose client has authenticated, or renewed its token.
     *
     * @throws ErrorReply 429 if the user has reached the limit of sessions
     */
    void identify(Session session, Identity identity) {
        Identity former = session.caller().identity();
        String before = former.user();
        if (identity.user() != null && !identity.user().equals(before)) {
            audit.recordLimit(session.caller().as(identity), session.transport(), () -> connections.enter(identity.user()));
            connections.leave(before);
        }
        session.identify(identity);
        service.identified(session);
        if (former.expires() == Identity.NEVER || identity.expires() == Identity.NEVER) {
            expiry.watch(session);
        } else if (identity.expires() != former.expires()) {
            // With the same token again the deadline stays: each would be answered by the same warning.
            expiry.renewed(session);
        }
    }

    /**
     * Revokes what the session's new identity does not grant. Returns the rooms that the session has left.
     *
     * @param named whether the client has become a user: only that user can resume the session from now on
     */
    private Uni<List<RoomId>> narrow(Session session, boolean named) {
        Grant grant = access.grant(session);
        List<RoomId> lost = new ArrayList<>();
        boolean changed = named;
        for (Membership membership : session.memberships()) {
            RoomId room = membership.room();
            if (!grant.mayJoin(room) && !session.granted().contains(room.name())) {
                lost.add(room);
            } else if (membership.watchesPresence() && !grant.mayWatch(room)) {
                membership.watchPresence(false);
                changed = true;
            }
        }
        boolean mustSave = changed;
        return Completions.all(lost.stream().map(room -> service.leave(session, room)).toList())
                .chain(left -> mustSave ? service.save(session) : Uni.createFrom().voidItem())
                .emitOn(session.loop()::run).replaceWith(lost);
    }

    private void check(Session session, Identity identity) {
        String user = session.caller().identity().user();
        if (!session.isOpen()) {
            throw new ErrorReply(410, "the session has ended");
        }
        if (user != null && !user.equals(identity.user())) {
            throw ErrorReply.parameter(403, "token", "of another user than this session's");
        }
        // Also of a room to which the application has added it: its members know it as anonymous.
        boolean known = session.memberships().stream().anyMatch(membership -> membership.room().isNamed());
        if (user == null && known) {
            throw ErrorReply.command("auth", "comes before any join, unless it renews a token");
        }
        try {
            access.requireNamespace(session.caller().as(identity), session.transport(), session.namespace());
        } catch (ErrorReply nothingHere) {
            // The new token grants nothing here: the session ends, but only after the error reply is sent.
            session.closeSoon(CloseReason.FORBIDDEN);
            throw nothingHere;
        }
    }
}
