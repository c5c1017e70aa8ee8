package dev.atrium.gateway;

import dev.atrium.room.Publication;
import dev.atrium.room.Sender;
import dev.atrium.security.Caller;
import dev.atrium.session.CloseReason;

/** Something that happened on this replica. */
public sealed interface Event {

    /** A client connected. */
    record Connected(Sender who, String transport) implements Event {
    }

    /** A session ended. */
    record Disconnected(Sender who, String transport, CloseReason reason) implements Event {
    }

    /** The backplane took a message from a client of this replica. */
    record Accepted(Publication publication, String transport) implements Event {
    }

    /** A message from a client of this replica was refused; the code is what the client was told. */
    record Refused(String transport, int code) implements Event {
    }

    /** A client was silent for the whole of interval and timeout. */
    record HeartbeatMissed(Sender who, String transport) implements Event {
    }

    /**
     * Somebody was refused something that it may not have.
     *
     * @param detail which, from a small set: the missing permission, the limit, what is wrong with a token
     * @param target what it wanted: a room, a namespace, an origin; null for nothing in particular
     */
    record Denied(Caller who, String transport, Kind kind, String detail, String target) implements Event {

        /** What kind of rule it was. */
        public enum Kind { AUTHENTICATION, PERMISSION, LIMIT, ORIGIN }
    }
}
