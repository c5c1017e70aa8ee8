package dev.atrium.gateway;

import dev.atrium.room.StreamPosition;
import dev.atrium.room.RoomId;

/**
 * How a room is.
 *
 * @param members how many sessions are in it; null for a client that may not know
 * @param head its newest place
 */
public record RoomState(RoomId room, Integer members, StreamPosition head) {
}
