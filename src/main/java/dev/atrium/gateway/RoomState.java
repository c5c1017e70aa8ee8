package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;

/**
 * How a room is.
 *
 * @param members how many sessions are in it; null for a client that may not know
 * @param head its newest place
 */
public record RoomState(RoomId room, Integer members, StreamPosition head) {
}
