package dev.atrium.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.session.CloseReason;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Replies and their fields as JSON, the same in every transport. Pure. */
public final class ReplyJson {

    private static final int MAX_RECONNECT_MILLIS = 2_000;

    private ReplyJson() {
    }

    public static void writeFields(Joined joined, JsonGenerator json) throws IOException {
        writeRoom(joined.room(), json);
        writeFields(joined.position(), json);
        json.writeBooleanField("recovered", joined.recovered());
    }

    public static void writeFields(Authentication.Authenticated done, JsonGenerator json) throws IOException {
        json.writeStringField("user", done.identity().user());
        json.writeNumberField("expires", done.identity().expires());
        if (!done.left().isEmpty()) {
            json.writeArrayFieldStart("left");
            for (RoomId room : done.left()) {
                json.writeString(room.name());
            }
            json.writeEndArray();
        }
    }

    public static void writeFields(PublishResult result, JsonGenerator json) throws IOException {
        writeFields(result.position(), json);
        json.writeNumberField("at", result.atMicros() / 1000);
    }

    /** Writes the results of a publication in several rooms. */
    public static void writeRooms(Map<RoomId, PublishResult> results, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("rooms");
        for (Map.Entry<RoomId, PublishResult> result : results.entrySet()) {
            json.writeStartObject();
            writeRoom(result.getKey(), json);
            writeFields(result.getValue(), json);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /**
     * Returns a reply with these fields beside its code.
     *
     * @param seq of the command; null where the transport itself tells which one it is
     */
    public static Json.Value reply(Long seq, int code, Json.Value fields) {
        return json -> {
            json.writeStartObject();
            if (seq != null) {
                json.writeNumberField("seq", seq);
            }
            json.writeNumberField("code", code);
            fields.write(json);
            json.writeEndObject();
        };
    }

    /** Returns the body of a reply, as a field. */
    public static Json.Value body(Json.Value fields) {
        return json -> {
            json.writeObjectFieldStart("body");
            fields.write(json);
            json.writeEndObject();
        };
    }

    /** Returns an event of the server's own, with these fields as its data. */
    public static Json.Value push(String event, Json.Value fields) {
        return json -> {
            json.writeStartObject();
            json.writeStringField("event", event);
            json.writeObjectFieldStart("data");
            fields.write(json);
            json.writeEndObject();
            json.writeEndObject();
        };
    }

    /** Returns a random reconnect delay, in milliseconds: the clients of a replica that ends must not all return at once. */
    public static int reconnectDelay() {
        return ThreadLocalRandom.current().nextInt(MAX_RECONNECT_MILLIS);
    }

    /** Returns the last event of a connection: the reason of the close, and the reconnect delay. */
    public static Json.Value goodbye(CloseReason reason, int reconnectAfterMillis) {
        return push("@goodbye", json -> {
            json.writeStringField("reason", reason.text());
            json.writeObjectFieldStart("reconnect");
            json.writeNumberField("after", reconnectAfterMillis);
            json.writeEndObject();
        });
    }

    public static void writeFields(StreamPosition position, JsonGenerator json) throws IOException {
        json.writeStringField("epoch", position.epoch());
        json.writeNumberField("offset", position.offset());
    }

    /** A message to a whole namespace has no room. */
    static void writeRoom(RoomId room, JsonGenerator json) throws IOException {
        if (!room.isEveryone()) {
            json.writeStringField("room", room.name());
        }
    }
}
