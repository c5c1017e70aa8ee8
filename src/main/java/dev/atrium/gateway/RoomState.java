package dev.atrium.gateway;

import dev.atrium.room.StreamPosition;

/**
 * State of a room.
 *
 * @param members number of sessions in it; null for a client that may not know it
 */
public record RoomState(Integer members, StreamPosition head) {
}
