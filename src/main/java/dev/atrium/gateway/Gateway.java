package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.room.Data;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.Membership;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.Receipt;
import dev.atrium.room.RoomId;
import dev.atrium.room.Rooms;
import dev.atrium.room.Sender;
import dev.atrium.room.WireFormat;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import dev.atrium.session.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jboss.logging.Logger;

/**
 * What a client may do: every transport asks here, so that a rule holds for all of them. A {@code Uni} that fails with a
 * {@link Refusal} carries the answer for the client.
 *
 * <p>Methods that take a session are called on its event loop, and their {@code Uni}s complete there, but {@link #send},
 * which any thread may call and whose {@code Uni} completes on any thread.
 */
@Singleton
public final class Gateway implements Session.Listener {

    private static final Logger LOG = Logger.getLogger(Gateway.class);

    /** Longest name of an event, in bytes of UTF-8. */
    public static final int MAX_EVENT_BYTES = 255;

    private final Backplane backplane;
    private final Sessions sessions;
    private final Rooms rooms;
    private final Events events;

    /** Of one backplane and the sessions, rooms and events that go with it. */
    public Gateway(Backplane backplane, Sessions sessions, Rooms rooms, Events events) {
        this.backplane = backplane;
        this.sessions = sessions;
        this.rooms = rooms;
        this.events = events;
    }

    /** A client has connected: a new session, in no room yet. */
    public Session connect(EventLoop eventLoop, String namespace, String transport, Wire wire,
            WireFormat<ByteBuf> format) {
        Session session = sessions.open(eventLoop, namespace, null, transport, wire, format, this);
        events.emit(new Event.Connected(session.self(), transport));
        return session;
    }

    /** Puts a new session into its own room and into its namespace's, where every session that hears anything is. */
    public Uni<Void> admit(Session session) {
        return enter(session, RoomId.of(session.namespace(), session.id()), false)
                .chain(() -> enter(session, RoomId.everyone(session.namespace()), false))
                .replaceWithVoid();
    }

    /** Makes the session a member of a room. Joining twice is joining once, but the last word on presence counts. */
    public Uni<Joined> join(Session session, RoomId room, boolean watchesPresence) {
        Membership present = session.membership(room);
        if (present != null) {
            present.watchPresence(watchesPresence);
            return Uni.createFrom().item(new Joined(room, present.position()));
        }
        if (room.isSession()) {
            return Uni.createFrom().failure(new Refusal(403, "room: this is another session's own room"));
        }
        return enter(session, room, watchesPresence)
                .chain(membership -> {
                    Joined joined = new Joined(room, membership.position());
                    events.emit(new Event.Joined(session.self(), room));
                    return backplane.enter(room, new Presence(session.self(), System.currentTimeMillis()))
                            .emitOn(session.loop()::run)
                            .replaceWith(joined);
                });
    }

    /** Ends the session's membership; nothing more of that room is sent to it. Leaving a room it is not in does nothing. */
    public Uni<Void> leave(Session session, RoomId room) {
        Membership membership = session.membership(room);
        if (membership == null) {
            return Uni.createFrom().voidItem();
        }
        if (room.isSession()) {
            return Uni.createFrom().failure(Refusal.badRequest("room: a session cannot leave its own room"));
        }
        session.left(room);
        return depart(session, membership).emitOn(session.loop()::run);
    }

    /** Says something in a room. */
    public Uni<Receipt> send(Session session, RoomId room, String event, Data data, boolean echo) {
        return publish(session.self(), session.transport(), room, event, data, echo);
    }

    /**
     * Says something in a room, in the name of no session.
     *
     * @param transport by which it came, for the figures
     */
    public Uni<Receipt> publish(Sender from, String transport, RoomId room, String event, Data data, boolean echo) {
        String name = event == null ? Publication.DEFAULT_EVENT : event;
        String fault = faultOf(name);
        if (fault != null) {
            return refuse(transport, Refusal.badRequest(fault));
        }
        if (sessions.isBehind()) {
            return refuse(transport, Refusal.unavailable("this replica is overloaded, try again later", true));
        }
        Publication publication = new Publication(room, name, data, from, echo);
        return backplane.publish(publication)
                .invoke(ignored -> events.emit(new Event.Accepted(publication, transport)))
                .onFailure().transform(Gateway::refusal)
                .onFailure(Refusal.class).invoke(failure ->
                        events.emit(new Event.Refused(transport, failure.code())));
    }

    /** Who is in a room, on all replicas. */
    public Uni<List<Presence>> members(RoomId room) {
        return backplane.members(room).onFailure().transform(Gateway::refusal);
    }

    @Override
    public void closed(Session session, CloseReason reason) {
        sessions.remove(session);
        for (Membership membership : session.memberships()) {
            depart(session, membership).subscribe().with(
                    done -> { }, failure -> LOG.warnf("A departure was not noted: %s", failure.getMessage()));
        }
        events.emit(new Event.Disconnected(session.self(), session.transport(), reason));
    }

    @Override
    public void heartbeatMissed(Session session) {
        events.emit(new Event.HeartbeatMissed(session.self(), session.transport()));
    }

    /**
     * A room from what a client sent.
     *
     * @throws Refusal 400, naming the field
     */
    public static RoomId room(String namespace, String name) {
        try {
            return RoomId.of(namespace, name);
        } catch (InvalidNameException e) {
            throw Refusal.badRequest(e.getMessage());
        }
    }

    /** The answer for a failure: the refusal that it is, 503 if the backplane is out of reach, else 500. */
    public static Refusal refusal(Throwable failure) {
        if (failure instanceof Refusal refusal) {
            return refusal;
        }
        if (failure instanceof BackplaneUnavailableException unavailable) {
            return unavailable.maybeTaken()
                    ? Refusal.unavailable("backplane unavailable; whether it was done is not known", false)
                    : Refusal.unavailable("backplane unavailable, try again later", true);
        }
        if (failure instanceof CancellationException) {
            return new Refusal(410, "the session has ended");
        }
        LOG.error("A request failed", failure);
        return new Refusal(500, "server fault");
    }

    private Uni<Membership> enter(Session session, RoomId room, boolean watchesPresence) {
        return rooms.join(session, room, watchesPresence, session::isOpen)
                .invoke(session::entered)
                .onFailure().transform(Gateway::refusal);
    }

    private Uni<Void> depart(Session session, Membership membership) {
        RoomId room = membership.room();
        rooms.leave(membership);
        if (room.isSession() || room.isEveryone()) {
            return Uni.createFrom().voidItem();
        }
        events.emit(new Event.Left(session.self(), room));
        return backplane.exit(room, session.id());
    }

    private <T> Uni<T> refuse(String transport, Refusal refusal) {
        events.emit(new Event.Refused(transport, refusal.code()));
        return Uni.createFrom().failure(refusal);
    }

    private static String faultOf(String event) {
        if (event.isEmpty()) {
            return "event: expected a name, or none for \"" + Publication.DEFAULT_EVENT + "\"";
        }
        if (event.charAt(0) == '@') {
            return "event: names that begin with @ are the server's";
        }
        if (event.length() > MAX_EVENT_BYTES || event.getBytes(StandardCharsets.UTF_8).length > MAX_EVENT_BYTES) {
            return "event: expected at most " + MAX_EVENT_BYTES + " bytes of UTF-8";
        }
        return null;
    }
}
