package dev.atrium.transport.http;

import dev.atrium.gateway.Json;
import dev.atrium.gateway.MessageJson;
import dev.atrium.gateway.ReplyJson;
import dev.atrium.room.History;
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
            ReplyJson.writeFields(position, json);
            if (since != null) {
                json.writeBooleanField("recovered", history.continues(since));
            }
            MessageJson.writeMessages(history, json);
            json.writeEndObject();
        });
    }
}
