package dev.atrium.gateway;

import dev.atrium.room.RoomId;

/** Room name in a URL: one segment of its path. */
public final class RoomUrl {

    private RoomUrl() {
    }

    /**
     * Parses the room of a URL.
     *
     * @param namespace from the query
     * @param path whose last segment names the room, still encoded, and normalized, as requests are routed by it:
     *        {@code "/rooms/lobby/."} is that of the lobby; one slash may follow
     * @throws ErrorReply 400, naming the field and what was expected
     */
    public static RoomId room(String namespace, String path) {
        return Gateway.room(namespace, PathSegment.last("room", path));
    }
}
