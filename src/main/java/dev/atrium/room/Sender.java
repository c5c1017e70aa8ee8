package dev.atrium.room;

/**
 * Sender of a message.
 *
 * @param id the session's id; null for a user who published without a session
 * @param user the user in the session's token, or null
 */
public record Sender(String id, String user) {
}
