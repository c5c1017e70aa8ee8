package dev.atrium.room;

/**
 * Presence of one session in a room.
 *
 * @param who the session
 * @param since when it joined, in milliseconds since 1970
 */
public record Presence(Sender who, long since) {
}
