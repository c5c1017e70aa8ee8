package dev.atrium.transport.websocket;

import dev.atrium.room.Data;
import dev.atrium.room.StreamPosition;
import java.util.HashMap;
import java.util.Map;

/** The parameters of one command, checked for form; the defaults are given here. Each command reads some of them. */
final class Params {

    /** Name of a room. */
    String room;
    /** Name of an event. */
    String event;
    /** Name of the called handler, or of a file. */
    String name;
    /** The data to publish or to call with. */
    Data data = Data.Json.NULL;
    /** Whether the publisher receives its own message. */
    boolean echo = true;
    /** Idempotency key: a retried publication with the same key is published once. */
    String idempotency;
    /** Whether the session receives presence events. */
    boolean presence;
    /** Last stream position of the client in the room. */
    StreamPosition since;
    /** Resume token of an earlier session, or an access token. */
    String token;
    /** Last stream positions of the client, by room name. */
    Map<String, StreamPosition> places = new HashMap<>();
    /** Only messages after this offset. */
    Long after;
    /** Only messages before this offset. */
    Long before;
    /** Maximum number of results. */
    Long limit;
    /** Cursor of the next page, from the page before. */
    String cursor;
    /** Kind of listing: {@code session} or {@code user}. */
    String by;
    /** Id of a file. */
    String file;
    /** Number of a chunk. */
    Long index;
    /** Size of a file in bytes. */
    Long size;
    /** Media type of a file. */
    String type;
    /** SHA-256 of a file, in hexadecimal digits. */
    String sha256;
}
