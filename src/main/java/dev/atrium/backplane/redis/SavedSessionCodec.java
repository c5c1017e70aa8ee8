package dev.atrium.backplane.redis;

import dev.atrium.backplane.SavedSession;
import dev.atrium.room.Sender;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** JSON of saved sessions in Redis; their tokens are the fields of the hash that holds them. Any thread. */
final class SavedSessionCodec {

    private SavedSessionCodec() {
    }

    /**
     * Encodes and decodes one session. The first use takes the framework's JSON a tenth of a second; otherwise that would be on
     * the event loop, while all clients of another replica reconnect.
     */
    static void rehearse() {
        decode("", encode(new SavedSession("", new Sender("id", "user"), "/", Map.of("room", true), Set.of("room"))));
    }

    static String encode(SavedSession session) {
        JsonObject rooms = new JsonObject();
        session.rooms().forEach(rooms::put);
        return new JsonObject().put("id", session.self().id()).put("user", session.self().user())
                .put("ns", session.namespace()).put("rooms", rooms)
                .put("granted", new JsonArray(List.copyOf(session.granted()))).encode();
    }

    static SavedSession decode(String token, String state) {
        JsonObject json = new JsonObject(state);
        Map<String, Boolean> rooms = new LinkedHashMap<>();
        json.getJsonObject("rooms").forEach(room -> rooms.put(room.getKey(), (Boolean) room.getValue()));
        return new SavedSession(token, new Sender(json.getString("id"), json.getString("user")), json.getString("ns"), rooms,
                json.getJsonArray("granted", new JsonArray()).stream().map(String.class::cast).collect(Collectors.toSet()));
    }
}
