package dev.atrium.transport.socketio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.gateway.RecoveryOffset;

/**
 * What a client says of itself when it connects to a namespace.
 *
 * @param json a JSON object
 */
record Auth(JsonNode json) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param payload a JSON object, or empty */
    static Auth parse(String payload) {
        try {
            return new Auth(payload.isEmpty() ? JSON.createObjectNode() : JSON.readTree(payload));
        } catch (JsonProcessingException e) {
            throw new MalformedPacketException("not JSON");
        }
    }

    /** What shows who it is, or null. */
    String token() {
        return json.path("token").isTextual() ? json.path("token").asText() : null;
    }

    /** Whether it asks to be told who said something, and where. */
    boolean wantsMeta() {
        return json.path("meta").asBoolean();
    }

    /** The name under which its earlier session is kept, or null. */
    String pid() {
        return json.path("pid").isTextual() ? json.path("pid").asText() : null;
    }

    /** What it heard last in that session, or null. */
    RecoveryOffset last() {
        return json.path("offset").isTextual() ? RecoveryOffset.parse(json.path("offset").asText()) : null;
    }
}
