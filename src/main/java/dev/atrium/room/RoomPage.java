package dev.atrium.room;

import java.util.List;

/**
 * Page of the rooms of a namespace.
 *
 * @param next cursor of the next page; null on the last page
 */
public record RoomPage(List<String> names, String next) {
}
