package dev.atrium.transport.websocket;

import dev.atrium.room.Data;
import dev.atrium.room.StreamPosition;
import java.util.HashMap;
import java.util.Map;

/** The parameters of one command, checked for form; what is absent has the value given here. Each command takes some. */
final class Params {

    /** Name of a room. */
    String room;
    /** Name of an event. */
    String event;
    /** Of what is called, or of a file. */
    String name;
    /** What to send. */
    Data data = Data.Json.NULL;
    /** Whether the sender hears its own message. */
    boolean echo = true;
    /** By which a message can be said again and is yet said once. */
    String idempotency;
    /** Whether the session is shown who comes and goes. */
    boolean presence;
    /** The place that the client was at in the room. */
    StreamPosition since;
    /** The secret of an earlier session. */
    String token;
    /** The places that the client was at, by the name of the room. */
    Map<String, StreamPosition> places = new HashMap<>();
    /** Only messages after this offset. */
    Long after;
    /** Only messages before this offset. */
    Long before;
    /** How many at the most. */
    Long limit;
    /** Where the page before ended. */
    String cursor;
    /** What to list. */
    String by;
    /** Id of a file. */
    String file;
    /** Number of a chunk. */
    Long index;
    /** Bytes of a file. */
    Long size;
    /** Media type of a file. */
    String type;
    /** Digest of a file, in hexadecimal digits. */
    String sha256;
}
