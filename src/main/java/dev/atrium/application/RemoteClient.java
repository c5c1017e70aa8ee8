package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Snapshot of a client that may be on another replica.
 *
 * @param id of the client; also the name of its own room, by which it can be reached
 * @param user that its token names, or null
 * @param rooms that it has joined
 * @param attributes that the application stores for it, as JSON; an empty object if there are none
 */
public record RemoteClient(String id, String user, Set<String> rooms, JsonNode attributes) {
}
