package dev.atrium.transport.websocket;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.atrium.room.Data;
import dev.atrium.room.Delivery;
import dev.atrium.room.Message;
import dev.atrium.room.Notice;
import dev.atrium.room.RoomId;
import java.io.IOException;

/** The pushes of the session protocol: JSON, and for binary data the JSON on one line, a newline, and the bytes. */
final class SessionFormat extends FrameFormat {

    static final SessionFormat INSTANCE = new SessionFormat();

    @Override
    public byte[] encode(Delivery delivery) {
        if (delivery instanceof Notice notice) {
            return Json.textFrame(json -> write(notice, json));
        }
        Message message = (Message) delivery;
        if (message.data() instanceof Data.Binary binary) {
            return Json.binaryFrame(json -> write(message, json), binary.bytes());
        }
        return Json.textFrame(json -> write(message, json));
    }

    private static void write(Message message, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("event", message.event());
        writeRoom(message.room(), json);
        if (message.data() instanceof Data.Text text) {
            json.writeStringField("data", text.text());
        } else if (message.data() instanceof Data.Json raw) {
            json.writeFieldName("data");
            json.writeRawValue(raw.json());
        }
        if (message.from() != null) {
            json.writeFieldName("from");
            Json.write(message.from(), json);
        }
        json.writeNumberField("at", message.at());
        json.writeStringField("epoch", message.epoch());
        json.writeNumberField("offset", message.offset());
        json.writeEndObject();
    }

    private static void write(Notice notice, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("event", notice.change() == Notice.Change.JOINED ? "@joined" : "@left");
        writeRoom(notice.room(), json);
        json.writeFieldName("data");
        Json.write(notice.who(), json);
        json.writeEndObject();
    }

    /** A message to a whole namespace has no room. */
    private static void writeRoom(RoomId room, JsonGenerator json) throws IOException {
        if (!room.isEveryone()) {
            json.writeStringField("room", room.name());
        }
    }
}
