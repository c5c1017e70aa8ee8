package dev.atrium.gateway;

import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.security.Caller;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;

/** Something that happened on this replica. */
public sealed interface Event {

    /** Something in the life of a session, which is rare beside what is said. */
    sealed interface Life extends Event {

        /** Whose life. */
        Subject who();
    }

    /**
     * A session as it was then.
     *
     * @param address its client's, as far as it is known; empty for none
     */
    record Subject(Sender self, String namespace, Transport transport, String address) {

        static Subject of(Session session) {
            return new Subject(session.self(), session.namespace(), session.transport(), session.caller().address());
        }
    }

    /** A client connected. */
    record Connected(Subject who) implements Life {
    }

    /** It has shown who it is, or shown it again, after it had connected. */
    record Authenticated(Subject who) implements Life {
    }

    /**
     * It goes on as an earlier session, whose id it has from now on.
     *
     * @param former the id that it had until then
     * @param rooms that it was in; into those that it may not enter any more it does not come back
     */
    record Resumed(Subject who, String former, int rooms) implements Life {
    }

    /**
     * Its connection is carried in another way from now on.
     *
     * @param carrier {@code websocket}
     */
    record Upgraded(Subject who, String carrier) implements Life {
    }

    /** It has become a member of a room. */
    record Joined(Subject who, RoomId room) implements Life {
    }

    /** It has left a room and goes on without it; one that ends leaves all its rooms without a word. */
    record Left(Subject who, RoomId room) implements Life {
    }

    /**
     * A session ended.
     *
     * @param rooms that it was in
     * @param suspended whether it is kept for its client to come back to
     */
    record Disconnected(Subject who, CloseReason reason, int rooms, boolean suspended) implements Life {
    }

    /** The backplane took a message from a client of this replica. */
    record Accepted(Publication publication, Transport transport) implements Event {
    }

    /** A message from a client of this replica was refused; the code is what the client was told. */
    record Refused(Transport transport, int code) implements Event {
    }

    /** A client was silent for the whole of interval and timeout; its end is the next event of its session. */
    record HeartbeatMissed(Subject who) implements Life {
    }

    /**
     * A message was handed to the members of its room on one event loop of this replica.
     *
     * @param members how many there were
     */
    record Delivered(Message message, int members) implements Event {
    }

    /**
     * The subscriber was too slow, and its queue was full.
     *
     * @param count events that it has lost since the event before this one
     */
    record Missed(long count) implements Event {
    }

    /**
     * Somebody was refused something that it may not have.
     *
     * @param detail which, from a small set: the missing permission, the limit, what is wrong with a token
     * @param target what it wanted: a room, a namespace, an origin; null for nothing in particular
     */
    record Denied(Caller who, Transport transport, Kind kind, String detail, String target) implements Event {

        /** What kind of rule it was. */
        public enum Kind { AUTHENTICATION, PERMISSION, LIMIT, ORIGIN }
    }
}
