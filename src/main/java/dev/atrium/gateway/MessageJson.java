package dev.atrium.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.HistoryGap;
import dev.atrium.room.Message;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Sender;
import java.io.IOException;

/** Messages of rooms as JSON objects, the same in every transport. Pure. */
public final class MessageJson {

    private MessageJson() {
    }

    /** Writes a message without binary data, for transports that send the bytes in a frame of their own. */
    public static void write(Message message, JsonGenerator json) throws IOException {
        write(message, json, false);
    }

    /** Writes a message with all of its data; binary data is base64, marked by {@code "encoding": "base64"}. */
    public static void writeWhole(Message message, JsonGenerator json) throws IOException {
        write(message, json, true);
    }

    /** Writes the messages of a part of a history, each as {@link #writeWhole}. */
    public static void writeMessages(History history, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("messages");
        for (Message message : history.messages()) {
            writeWhole(message, json);
        }
        json.writeEndArray();
    }

    private static void write(Message message, JsonGenerator json, boolean whole) throws IOException {
        json.writeStartObject();
        json.writeStringField("event", message.event());
        ReplyJson.writeRoom(message.room(), json);
        if (message.data() instanceof Data.Text text) {
            json.writeStringField("data", text.text());
        } else if (message.data() instanceof Data.Binary binary) {
            if (whole) {
                json.writeStringField("encoding", "base64");
                json.writeBinaryField("data", binary.bytes());
            }
        } else {
            json.writeFieldName("data");
            json.writeRawValue(JsonData.shown(message.data()));
        }
        writeOrigin(message, json);
        json.writeEndObject();
    }

    /** Writes the metadata of a message: all but its event and data. */
    public static void writeMeta(Message message, JsonGenerator json) throws IOException {
        json.writeStartObject();
        ReplyJson.writeRoom(message.room(), json);
        writeOrigin(message, json);
        json.writeEndObject();
    }

    private static void writeOrigin(Message message, JsonGenerator json) throws IOException {
        if (message.from() != null) {
            json.writeFieldName("from");
            write(message.from(), json);
        }
        json.writeNumberField("at", message.at());
        if (!message.isVolatile()) {
            ReplyJson.writeFields(message.position(), json);
        }
    }

    /** Writes a presence event: {@code @joined} or {@code @left}. */
    public static void write(PresenceEvent event, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("event", event.change() == PresenceEvent.Change.JOINED ? "@joined" : "@left");
        ReplyJson.writeRoom(event.room(), json);
        json.writeFieldName("data");
        write(event.who(), json);
        json.writeEndObject();
    }

    /** Writes a history gap: {@code @gap}, for messages that were lost. */
    public static void write(HistoryGap gap, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("event", "@gap");
        ReplyJson.writeRoom(gap.room(), json);
        json.writeObjectFieldStart("data");
        ReplyJson.writeFields(gap.position(), json);
        json.writeEndObject();
        json.writeEndObject();
    }

    /** Writes the room of a history gap, and the stream position from which the stream resumes. */
    public static void writePlace(HistoryGap gap, JsonGenerator json) throws IOException {
        json.writeStartObject();
        ReplyJson.writeRoom(gap.room(), json);
        ReplyJson.writeFields(gap.position(), json);
        json.writeEndObject();
    }

    private static void write(Sender sender, JsonGenerator json) throws IOException {
        json.writeStartObject();
        if (sender.id() != null) {
            json.writeStringField("id", sender.id());
        }
        if (sender.user() != null) {
            json.writeStringField("user", sender.user());
        }
        json.writeEndObject();
    }
}
