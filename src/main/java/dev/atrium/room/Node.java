package dev.atrium.room;

/**
 * This replica, by its name: six characters, new at every start.
 *
 * @param name part of the id of every session that lives here
 */
public record Node(String name) {

    /** A node with a new random name. */
    public static Node create() {
        return new Node(SessionId.newNode());
    }

    /** A new id for a session on this node. */
    public String newSessionId() {
        return SessionId.on(name);
    }
}
