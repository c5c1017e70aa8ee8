package dev.atrium.transport.socketio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What a client says of itself when it connects to a namespace. */
final class Auth {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Auth() {
    }

    /** Whether it asks to be told who said something, and where. */
    static boolean wantsMeta(String auth) {
        return auth.contains("\"meta\"") && parse(auth).path("meta").asBoolean();
    }

    static JsonNode parse(String auth) {
        try {
            return JSON.readTree(auth);
        } catch (JsonProcessingException e) {
            throw new MalformedPacketException("not JSON");
        }
    }
}
