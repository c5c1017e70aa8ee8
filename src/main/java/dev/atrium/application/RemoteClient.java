package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * What is known of a client that may be on another replica.
 *
 * @param id with which it can be reached, as with the name of a room
 * @param user that its token names, or null
 * @param rooms that it has joined
 * @param attributes what the application keeps of it, as JSON; an empty object if it keeps nothing
 */
public record RemoteClient(String id, String user, Set<String> rooms, JsonNode attributes) {
}
