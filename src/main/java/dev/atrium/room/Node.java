package dev.atrium.room;

/**
 * This replica, by its name: six characters, new at every start.
 *
 * @param name part of the id of every session that lives here
 */
public record Node(String name) {

    /** 132 bits: nobody guesses one. */
    private static final int SECRET_LENGTH = 22;

    /** 84 bits: nobody guesses one while it lives. */
    private static final int ENGINE_SECRET_LENGTH = 14;

    /** A node with a new random name. */
    public static Node create() {
        return new Node(SessionId.newNode());
    }

    /** A new id for a session on this node. */
    public String newSessionId() {
        return SessionId.on(name);
    }

    /** A new secret of 20 characters that begins with the name of this node: the {@code sid} of Engine.IO. */
    public String newEngineId() {
        return name + RandomName.of(ENGINE_SECRET_LENGTH);
    }

    /** The node that made the {@code sid} of a connection; null for what is none. */
    public static String ofEngineId(String sid) {
        return sid.matches("[\\w-]{" + (SessionId.NODE_LENGTH + ENGINE_SECRET_LENGTH) + "}")
                ? sid.substring(0, SessionId.NODE_LENGTH) : null;
    }

    /** A new secret that begins with the name of this node. */
    public String newToken() {
        return name + RandomName.of(SECRET_LENGTH);
    }

    /** The node that made a token; null for what is none. */
    public static String ofToken(String token) {
        return token.matches("[\\w-]{" + (SessionId.NODE_LENGTH + SECRET_LENGTH) + "}")
                ? token.substring(0, SessionId.NODE_LENGTH) : null;
    }
}
