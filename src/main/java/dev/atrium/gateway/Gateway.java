package dev.atrium.gateway;

import dev.atrium.room.InvalidNameException;
import dev.atrium.room.Membership;
import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Limit;
import dev.atrium.security.TokenBucket;
import dev.atrium.session.CloseReason;
import dev.atrium.session.HttpRequester;
import dev.atrium.session.Requester;
import dev.atrium.session.Session;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Transport;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/**
 * Entry point of every transport to the rooms: checks permissions and limits, so that a rule holds for all transports. A
 * {@code Uni} that fails with an {@link ErrorReply} carries the error for the client: 401 for a client that has to authenticate
 * first, 403 with the missing permission, 429 for an exceeded limit.
 *
 * <p>
 * Methods that take a session are called on its event loop, and their {@code Uni}s complete there, unless the command says
 * otherwise.
 */
@Singleton
public final class Gateway implements Session.Listener {

    private final RoomService service;
    private final AccessControl access;
    private final RateLimiter rates;
    private final ConnectionLimiter connections;
    private final AuditLog audit;
    private final Authentication authentication;
    private final Command.Services services;

    public Gateway(RoomService service, AccessControl access, RateLimiter rates, ConnectionLimiter connections,
            AuditLog audit, Authentication authentication) {
        this.service = service;
        this.access = access;
        this.rates = rates;
        this.connections = connections;
        this.audit = audit;
        this.authentication = authentication;
        this.services = new Command.Services(service, access, authentication);
    }

    /**
     * Creates the session of a client that has connected. It is in no room yet.
     *
     * @throws ErrorReply 429 if its user has reached the limit of sessions; 401 if its token has expired since it was verified
     */
    public Session connect(SessionRequest request) {
        return connect(request, rates.newTokenBucket());
    }

    /**
     * Creates the session as {@link #connect(SessionRequest)}.
     *
     * @param tokens charged for its messages; several sessions of one connection may share them
     */
    public Session connect(SessionRequest request, TokenBucket tokens) {
        authentication.requireUnexpired(request.caller(), request.transport());
        audit.recordLimit(request.caller(), request.transport(), () -> connections.enter(request.caller().identity().user()));
        Session session = service.connect(request, tokens, this);
        authentication.watch(session);
        return session;
    }

    /** Records that the connection of a session has changed its transport, for example to {@code websocket}. */
    public void upgraded(Session session, String carrier) {
        service.upgraded(session, carrier);
    }

    /** Records that the connection of a session is closed, which may be some time after the session has ended. */
    public void disconnected() {
        service.disconnected();
    }

    /** Charges a session for a command, permits and executes it. An {@link ErrorReply} is a failure of the {@code Uni}. */
    public <R> Uni<R> execute(Session session, Cost cost, Command<? super Session, R> command) {
        ErrorReply exceeded = rates.charge(session, cost);
        return exceeded != null ? refused(session, command, exceeded) : permitted(session, command);
    }

    private <R> Uni<R> refused(Requester client, Command<?, R> command, ErrorReply error) {
        if (command instanceof Command.Publish || command instanceof Command.PublishVolatile) {
            service.noteRefusal(client.transport(), error);
        }
        return Uni.createFrom().failure(error);
    }

    /**
     * Permits a client without a session to send a message to a room, before the message is read: its decoding must cost the
     * server nothing for a client that may not send. Any thread.
     *
     * @throws ErrorReply if it is not permitted
     */
    public void requirePublish(HttpRequester client, RoomId room) {
        countingRefusal(client, () -> access.requirePublish(client, room));
    }

    /**
     * Charges a client without a session for the bytes that it has sent. Any thread.
     *
     * @throws ErrorReply 429 if they exceed the rate limit
     */
    public void chargeBytes(HttpRequester client, long bytes) {
        countingRefusal(client, () -> rates.chargeBytes(client.caller(), bytes));
    }

    private void countingRefusal(HttpRequester client, Runnable check) {
        try {
            check.run();
        } catch (ErrorReply error) {
            service.noteRefusal(client.transport(), error);
            throw error;
        }
    }

    /** Permits and executes a command of a client without a session, whose request was charged when it came in. Any thread. */
    public <R> Uni<R> execute(HttpRequester client, Command<? super HttpRequester, R> command) {
        return permitted(client, command);
    }

    private <C extends Requester, R> Uni<R> permitted(C client, Command<? super C, R> command) {
        try {
            command.permit(client, access);
            return command.execute(client, services);
        } catch (ErrorReply error) {
            return refused(client, command, error);
        }
    }

    /** Admits a session as {@link RoomService#admit} does, if its client may join any room of its namespace. */
    public Uni<Void> admit(Session session) {
        try {
            access.requireNamespace(session, session.namespace());
            return authentication.admit(session);
        } catch (ErrorReply error) {
            return Uni.createFrom().failure(error);
        }
    }

    /** Admits a session in the place of one of the same client that was admitted to the namespace. */
    public Uni<Void> readmit(Session session) {
        return service.admit(session);
    }

    /** Closes a session whose client has sent no command in time. */
    public void tooSilent(Session session) {
        if (session.isOpen()) {
            audit.limit(session.caller(), session.transport(), Limit.FIRST_COMMAND);
            session.close(CloseReason.NO_COMMAND);
        }
    }

    public Uni<Void> keep(Session session) {
        return service.keep(session);
    }

    /**
     * Charges a session for what its client has sent, if it is no single command.
     *
     * @return the error, 429, if its bucket has not enough tokens, in which case the session may have been closed; else null
     */
    public ErrorReply charge(Session session, Cost cost) {
        return rates.charge(session, cost);
    }

    /** Charges a session for a message that is no command. Returns its error, or that of the exceeded limit in its place. */
    public ErrorReply chargeMalformed(Session session, Cost cost, ErrorReply malformed) {
        ErrorReply exceeded = rates.charge(session, cost);
        return exceeded == null ? malformed : exceeded;
    }

    /** Charges a message that has no error reply; closes the session if its bucket is empty. Returns whether it stays open. */
    public boolean chargeOrClose(Session session, int size) {
        boolean charged = rates.charge(session, Cost.message(size)) == null;
        if (!charged) {
            rates.closeFlooding(session);
        }
        return charged;
    }

    /** Returns the order of a session's messages, for a client that repeats the rejected ones. */
    public SendOrder order(Session session) {
        return new SendOrder(session.loop()::run, outOfOrder -> {
            rates.countRejection(session);
            service.noteRefusal(session.transport(), outOfOrder);
        }, SendOrder.MAX_ROOMS);
    }

    /** Charges several messages as {@link #charge} does; if they are too many, none is published. */
    public ErrorReply chargePublish(Session session, Cost cost) {
        ErrorReply exceeded = charge(session, cost);
        if (exceeded != null) {
            service.noteRefusal(session.transport(), exceeded);
        }
        return exceeded;
    }

    /** Charges a ping as one message. Returns whether the ping is to be answered. */
    public boolean chargePing(Session session) {
        return rates.charge(session, Cost.message(0)) == null;
    }

    /** Penalizes a client whose connection was closed for too many messages while it had no session. */
    public void flooded(Caller caller, Transport transport) {
        rates.penalize(caller, transport);
    }

    /** Ends a membership of {@link Command.Listen}. On the member's event loop. */
    public void stopListening(Membership membership) {
        service.stopListening(membership);
    }

    @Override
    public void closed(Session session, CloseReason reason) {
        connections.leave(session.caller().identity().user());
        service.closed(session, reason);
    }

    @Override
    public void heartbeatMissed(Session session) {
        service.heartbeatMissed(session);
    }

    /**
     * Parses a room's name that a client sent.
     *
     * @throws ErrorReply 400, naming the field
     */
    public static RoomId room(String namespace, String name) {
        try {
            return RoomId.of(namespace, name);
        } catch (InvalidNameException e) {
            throw ErrorReply.badRequest(e.getMessage());
        }
    }

    /** @throws ErrorReply 400 if the room's name is longer than this server accepts */
    public void requireName(RoomId room) {
        access.requireName(room);
    }

}
