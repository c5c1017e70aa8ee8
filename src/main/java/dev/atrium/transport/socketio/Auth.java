package dev.atrium.transport.socketio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.gateway.Json;
import dev.atrium.gateway.RecoveryOffset;

/** Auth payload of a client's CONNECT packet: a JSON object. */
record Auth(JsonNode json) {

    private static final ObjectMapper JSON = Json.mapper();

    /** @param payload a JSON object, or empty */
    static Auth parse(String payload) {
        try {
            return new Auth(payload.isEmpty() ? JSON.createObjectNode() : JSON.readTree(payload));
        } catch (JsonProcessingException e) {
            throw new MalformedPacketException("not JSON");
        }
    }

    /** The access token, or null. */
    String token() {
        return json.path("token").textValue();
    }

    /** Whether the client requests metadata, such as the sender and the room, with each event. */
    boolean wantsMeta() {
        return json.path("meta").asBoolean();
    }

    /** The private session id of an earlier session, for connection state recovery; or null. */
    String pid() {
        return json.path("pid").textValue();
    }

    /** Offset of the last event that the client has received in the earlier session, or null. */
    RecoveryOffset last() {
        return json.path("offset").isTextual() ? RecoveryOffset.parse(json.path("offset").asText()) : null;
    }
}
