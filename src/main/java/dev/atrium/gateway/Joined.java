package dev.atrium.gateway;

import dev.atrium.room.Position;
import dev.atrium.room.RoomId;

/**
 * A session is in a room.
 *
 * @param position every message after it will be handed to the session
 */
public record Joined(RoomId room, Position position) {
}
