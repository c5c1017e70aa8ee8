package dev.atrium.room;

import java.util.List;

/**
 * Some rooms of a namespace.
 *
 * @param names of the rooms
 * @param next where the next page begins; null after the last one
 */
public record RoomPage(List<String> names, String next) {
}
