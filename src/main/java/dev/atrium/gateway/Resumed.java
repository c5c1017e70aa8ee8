package dev.atrium.gateway;

import dev.atrium.room.Sender;
import java.util.List;

/**
 * A session goes on as the one that it was on an earlier connection.
 *
 * @param self its id and user
 * @param token the next one to resume it with
 * @param rooms where it is again, its own room and its namespace's among them
 */
public record Resumed(Sender self, String token, List<Joined> rooms) {
}
