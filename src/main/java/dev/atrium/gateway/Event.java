package dev.atrium.gateway;

import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.security.Caller;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;

/** Event on this replica, for logs, metrics and subscribers. */
public sealed interface Event {

    /** Lifecycle event of a session. Rare compared with messages. */
    sealed interface Life extends Event {

        Subject who();
    }

    /**
     * Snapshot of a session at the time of the event.
     *
     * @param address IP address of its client; empty if it is not known
     */
    record Subject(Sender self, String namespace, Transport transport, String address) {

        static Subject of(Session session) {
            return new Subject(session.self(), session.namespace(), session.transport(), session.caller().address());
        }
    }

    record Connected(Subject who) implements Life {
    }

    /** A session's client authenticated, or renewed its token, after it had connected. */
    record Authenticated(Subject who) implements Life {
    }

    /**
     * A session resumed an earlier session and has taken its id.
     *
     * @param former id of the session before it resumed
     * @param rooms number of rooms of the earlier session; those that it may not join any more are not entered again
     */
    record Resumed(Subject who, String former, int rooms) implements Life {
    }

    /** The connection of a session has changed its transport, now {@code websocket}. */
    record Upgraded(Subject who, String carrier) implements Life {
    }

    record Joined(Subject who, RoomId room) implements Life {
    }

    /** A session left a room and continues without it. A session that ends leaves its rooms without this event. */
    record Left(Subject who, RoomId room) implements Life {
    }

    /**
     * A session ended.
     *
     * @param rooms number of its rooms
     * @param suspended whether it is kept for its client to resume
     */
    record Disconnected(Subject who, CloseReason reason, int rooms, boolean suspended) implements Life {
    }

    /** The backplane accepted a message from a client of this replica. */
    record Accepted(Publication publication, Transport transport) implements Event {
    }

    /** A message from a client of this replica was rejected, with the code of the error reply. */
    record Refused(Transport transport, int code) implements Event {
    }

    /** A client was silent for heartbeat interval plus timeout; the next event of its session is its end. */
    record HeartbeatMissed(Subject who) implements Life {
    }

    /** A message was delivered to the members of its room on one event loop of this replica. */
    record Delivered(Message message, int members) implements Event {
    }

    /**
     * The subscriber was too slow and its queue was full.
     *
     * @param count events that the subscriber has lost since the previous event
     */
    record Missed(long count) implements Event {
    }

    /**
     * A client was denied something.
     *
     * @param detail from a small set: the missing permission, the limit, the reason why a token is invalid
     * @param target the room, namespace or origin that was denied; null for none
     */
    record Denied(Caller who, Transport transport, Kind kind, String detail, String target) implements Event {

        /** Kind of rule that denied it. */
        public enum Kind {
            AUTHENTICATION,
            PERMISSION,
            LIMIT,
            ORIGIN
        }
    }
}
