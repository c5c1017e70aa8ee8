package dev.atrium.session;

import dev.atrium.room.RoomId;

/** Object of the application that is attached to a session. Called on the session's event loop. */
public interface SessionAttachment {

    void entered(RoomId room);

    /** The session has left a room, and is still open. */
    void left(RoomId room);
}
