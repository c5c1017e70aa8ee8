package dev.atrium.transport.websocket;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Parameters that commands of the session protocol have. */
enum Parameter {

    ROOM("room", Type.ROOM),
    /** Name of an event. */
    EVENT("event", Type.TEXT),
    /** Name of the called handler, or of a file. */
    NAME("name", Type.TEXT),
    /** Data to publish or to call with. */
    DATA("data", Type.DATA),
    /** Whether the publisher receives its own message. */
    ECHO("echo", Type.FLAG),
    /** Idempotency key: a retried publication with the same key is published once. */
    IDEMPOTENCY("idempotency", Type.TEXT),
    /** Whether a message waits for an earlier one that was rejected and is sent again. */
    ORDERED("ordered", Type.FLAG),
    /** Whether the message is volatile. */
    VOLATILE("volatile", Type.FLAG),
    /** Id of the session that alone receives a volatile message of a room. */
    TO("to", Type.TEXT),
    /** Whether the session receives presence events. */
    PRESENCE("presence", Type.FLAG),
    /** Last stream position of the client in the room. */
    SINCE("since", Type.POSITION),
    /** Resume token of an earlier session, or an access token. */
    TOKEN("token", Type.TEXT),
    /** Last stream positions of the client, by the name of the room. */
    PLACES("places", Type.POSITIONS),
    /** Only messages after this offset. */
    AFTER("after", Type.NUMBER),
    /** Only messages before this offset. */
    BEFORE("before", Type.NUMBER),
    /** Maximum number of results. */
    LIMIT("limit", Type.NUMBER),
    /** Cursor of the next page, from the page before. */
    CURSOR("cursor", Type.TEXT),
    /** Kind of listing: {@code session} or {@code user}. */
    BY("by", Type.TEXT),
    /** Id of a file. */
    FILE("file", Type.TEXT),
    /** Number of a chunk. */
    INDEX("index", Type.NUMBER),
    /** Size of a file in bytes. */
    SIZE("size", Type.NUMBER),
    /** Media type of a file. */
    TYPE("type", Type.TEXT),
    /** SHA-256 of a file, in hexadecimal digits. */
    SHA256("sha256", Type.TEXT);

    /** What a parameter's JSON has to be. */
    enum Type {
        /** String. Unlike {@link #TEXT} not null: an unset variable of a client would publish to the whole namespace. */
        ROOM,
        TEXT,
        /** Integer from 0. */
        NUMBER,
        FLAG,
        /** Object with epoch and offset. */
        POSITION,
        /** Object of positions by room. */
        POSITIONS,
        /** Any JSON, kept as it was written. */
        DATA
    }

    private static final Map<String, Parameter> BY_KEY = Stream.of(values())
            .collect(Collectors.toMap(Parameter::key, Function.identity()));

    private final String key;
    private final String path;
    private final Type type;

    Parameter(String key, Type type) {
        this.key = key;
        this.path = "params." + key;
        this.type = type;
    }

    /** Returns the parameter with that name on the wire, or null. */
    static Parameter of(String key) {
        return BY_KEY.get(key);
    }

    /** Name on the wire. */
    String key() {
        return key;
    }

    /** Name in error replies. */
    String path() {
        return path;
    }

    Type type() {
        return type;
    }
}
