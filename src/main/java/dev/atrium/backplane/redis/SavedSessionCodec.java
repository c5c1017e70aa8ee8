package dev.atrium.backplane.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atrium.backplane.SavedSession;
import dev.atrium.room.Sender;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** JSON of saved sessions in Redis; their tokens are the fields of the hash that holds them. Any thread. */
final class SavedSessionCodec {

    /** It keeps no names of fields, which are those of rooms. */
    private static final ObjectMapper JSON = new ObjectMapper(
            JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build());

    private SavedSessionCodec() {
    }

    /**
     * Encodes and decodes one session. The first use takes Jackson a tenth of a second; otherwise that would be on
     * the event loop, while all clients of another replica reconnect.
     */
    static void warmUp() {
        decode("", encode(new SavedSession("", new Sender("id", "user"), "/", Map.of("room", true), Set.of("room"))));
    }

    static String encode(SavedSession session) {
        ObjectNode json = JSON.createObjectNode().put("id", session.self().id()).put("user", session.self().user())
                .put("ns", session.namespace());
        ObjectNode rooms = json.putObject("rooms");
        session.rooms().forEach(rooms::put);
        ArrayNode granted = json.putArray("granted");
        session.granted().forEach(granted::add);
        return json.toString();
    }

    static SavedSession decode(String token, String state) {
        JsonNode json;
        try {
            json = JSON.readTree(state);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a saved session", e);
        }
        Map<String, Boolean> rooms = new LinkedHashMap<>();
        json.path("rooms").properties().forEach(room -> rooms.put(room.getKey(), room.getValue().booleanValue()));
        Set<String> granted = new HashSet<>();
        json.path("granted").forEach(room -> granted.add(room.textValue()));
        return new SavedSession(token, new Sender(json.path("id").textValue(), json.path("user").textValue()),
                json.path("ns").textValue(), rooms, granted);
    }
}
