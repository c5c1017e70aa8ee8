package dev.atrium.security;

import java.util.Locale;

/** Limit on a resource of a replica or of a client. */
public enum Limit {
    CONNECTIONS(503, "this replica has reached its maximum number of connections"),
    /** Handshakes per second. */
    HANDSHAKES(503, "too many handshakes, try again later"),
    /** Admission rate of this replica: new connections arrive faster than it can admit them. */
    OVERLOAD(503, "this replica has more new connections than it can accept; try again later"),
    /** Heap of this replica. */
    MEMORY(503, "this replica has too little memory, try again later"),
    /** Shutdown: this replica is draining. */
    DRAINING(503, "this replica is going away; connect to another one"),
    CONNECTIONS_PER_ADDRESS(429, "too many connections from your address"),
    CONNECTIONS_PER_USER(429, "too many connections of this user"),
    /** Penalty time of a client that was closed with 4429 a moment ago. */
    PENALTY(429, "closed for too many messages; wait a few seconds"),
    /** Messages per second. */
    MESSAGES(429, "too many messages"),
    /** Bytes per second. */
    BYTES(429, "too many bytes"),
    ROOMS(429, "room: this session has reached its maximum number of rooms"),
    /** Rooms that one client has opened, by joining them or by publishing in them first. */
    NEW_ROOMS(429, "room: too many new rooms, try again later"),
    /** Time to send the headers or the body of a request. */
    SLOW_REQUEST(408, "request: not complete in time"),
    /** Time without a command. */
    FIRST_COMMAND(408, "no command came in time");

    private final int code;
    private final String message;

    Limit(int code, String message) {
        this.code = code;
        this.message = message;
    }

    /** Returns the HTTP status code of the response. */
    public int code() {
        return code;
    }

    public String message() {
        return message;
    }

    /** Returns whether rejected clients would all retry at the same time unless each is sent a different delay. */
    public boolean isSharedByAll() {
        return this == OVERLOAD || this == MEMORY || this == DRAINING;
    }

    /** Returns the name in metrics and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
