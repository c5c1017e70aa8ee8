package dev.atrium.security;

import java.util.Locale;

/** Something of which there is only so much. */
public enum Limit {
    /** Connections to this replica. */
    CONNECTIONS(503, "this replica has as many connections as it takes"),
    /** Handshakes per second. */
    HANDSHAKES(503, "too many handshakes at this moment"),
    /** This replica takes newcomers more slowly than they come. */
    OVERLOAD(503, "this replica has more newcomers than it can take; come back a little later"),
    /** This replica is on its way out. */
    DRAINING(503, "this replica is going away; connect again, elsewhere"),
    /** Connections of one address. */
    CONNECTIONS_PER_ADDRESS(429, "too many connections from your address"),
    /** Sessions of one user. */
    CONNECTIONS_PER_USER(429, "too many connections of this user"),
    /** Its client was closed with 4429 just now. */
    PENALTY(429, "closed for too many messages; wait a few seconds"),
    /** Messages per second. */
    MESSAGES(429, "too many messages"),
    /** Bytes per second. */
    BYTES(429, "too many bytes"),
    /** Rooms of one session. */
    ROOMS(429, "room: this session is in as many rooms as it may be"),
    /** Time without a command. */
    FIRST_COMMAND(408, "no command came in time");

    private final int code;
    private final String message;

    Limit(int code, String message) {
        this.code = code;
        this.message = message;
    }

    /** HTTP's code of the answer. */
    public int code() {
        return code;
    }

    /** For the client. */
    public String message() {
        return message;
    }

    /** Whether those who are refused would all come back as one, if they were not told different times. */
    public boolean isSharedByAll() {
        return this == OVERLOAD || this == DRAINING;
    }

    /** The name in metrics and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
