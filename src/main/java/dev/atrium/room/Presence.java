package dev.atrium.room;

/**
 * One session that is in a room.
 *
 * @param who the session
 * @param since when it joined, in milliseconds since 1970
 */
public record Presence(Sender who, long since) {
}
