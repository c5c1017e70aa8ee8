package dev.atrium.backplane;

import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Saved state of a session, from which its client can resume on any replica after its connection broke.
 *
 * @param token resume token, a secret of the client; begins with the name of the replica that keeps the session
 * @param rooms names of the joined rooms; true where the session receives presence events
 * @param granted those of the rooms to which the application has added it, whatever its token grants
 */
public record SavedSession(String token, Sender self, String namespace, Map<String, Boolean> rooms, Set<String> granted) {

    /** Approximate bytes of a session without its rooms, and of a room without its name. */
    private static final int SESSION_BYTES = 600;
    private static final int ROOM_BYTES = 150;

    /** Returns about how many bytes it takes in memory. */
    public long bytes() {
        long bytes = SESSION_BYTES;
        for (String name : rooms.keySet()) {
            bytes += ROOM_BYTES + 2L * name.length();
        }
        return bytes;
    }

    /** Returns whether it is a session of that user, or of none, in that namespace. */
    public boolean isOf(String otherNamespace, String user) {
        return namespace.equals(otherNamespace) && Objects.equals(self.user(), user);
    }

    public RoomId ownRoom() {
        return new RoomId(namespace, self.id());
    }
}
