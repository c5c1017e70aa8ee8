package dev.atrium.room;

/**
 * Who said something.
 *
 * @param id the session's id; null for a user who spoke without one
 * @param user the user that the session's token names, or null
 */
public record Sender(String id, String user) {
}
