package dev.atrium.gateway;

import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import java.util.List;
import java.util.Map;

/**
 * A session goes on as the one that it was on an earlier connection.
 *
 * @param self its id and user
 * @param token the next one to resume it with
 * @param rooms where it is again, its own room and its namespace's among them
 */
public record Resumed(Sender self, String token, List<Joined> rooms) {

    /** Of a client that named some places, and that was told what came after others. */
    Resumed asFrom(Map<String, StreamPosition> named, Map<String, StreamPosition> from) {
        return new Resumed(self, token, rooms.stream().map(joined -> {
            StreamPosition place = named.get(joined.room().name());
            return place == null ? joined : joined.asFrom(place, from.get(joined.room().name()));
        }).toList());
    }
}
