package dev.atrium.transport.http;

import dev.atrium.gateway.Json;
import dev.atrium.gateway.MessageJson;
import dev.atrium.room.History;
import dev.atrium.room.Message;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;

/** Encoder of a part of a room's history as one JSON object. Pure. */
final class MessagesAnswer {

    private MessagesAnswer() {
    }

    /** @param since stream position in the request, or null */
    static byte[] of(RoomId room, StreamPosition since, History history) {
        StreamPosition position = history.messages().isEmpty() ? history.head()
                : history.messages().get(history.messages().size() - 1).position();
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("room", room.name());
            json.writeStringField("epoch", position.epoch());
            json.writeNumberField("offset", position.offset());
            if (since != null) {
                json.writeBooleanField("recovered", history.continues(since));
            }
            json.writeArrayFieldStart("messages");
            for (Message message : history.messages()) {
                MessageJson.writeWhole(message, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
