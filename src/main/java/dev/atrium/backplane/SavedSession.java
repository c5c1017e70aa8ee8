package dev.atrium.backplane;

import dev.atrium.room.Sender;
import java.util.Map;
import java.util.Set;

/**
 * What is kept of a session so that its client can go on after its connection broke, on any replica.
 *
 * @param token secret to its client; it begins with the name of the replica that keeps the session
 * @param self its id and user
 * @param namespace the one that it belongs to
 * @param rooms those that it has joined, by name, and whether it is shown who comes and goes there
 * @param granted those of them that the application has put it into, whatever its token says
 */
public record SavedSession(String token, Sender self, String namespace, Map<String, Boolean> rooms, Set<String> granted) {
}
