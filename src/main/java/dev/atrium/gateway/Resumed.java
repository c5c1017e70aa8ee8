package dev.atrium.gateway;

import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import java.util.List;
import java.util.Map;

/**
 * Result of a resume: the session continues as the one of an earlier connection.
 *
 * @param rooms rooms that it is in again, its own and its namespace's among them
 */
public record Resumed(Sender self, String token, List<Joined> rooms) {

    /** The result for a client that sent some positions but was resumed from others. */
    Resumed asFrom(Map<String, StreamPosition> named, Map<String, StreamPosition> from) {
        return new Resumed(self, token, rooms.stream().map(joined -> {
            StreamPosition position = named.get(joined.room().name());
            return position == null ? joined : joined.asFrom(position, from.get(joined.room().name()));
        }).toList());
    }
}
