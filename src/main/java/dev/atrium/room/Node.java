package dev.atrium.room;

/**
 * This replica's identity: a name of six characters, new at every start.
 *
 * @param name prefix of the id of every session on this replica
 */
public record Node(String name) {

    /** 132 bits: cannot be guessed. */
    private static final int SECRET_LENGTH = 22;

    /** 84 bits: cannot be guessed during the life of a connection. */
    private static final int ENGINE_SECRET_LENGTH = 14;

    public static Node create() {
        return new Node(SessionId.newNode());
    }

    public String newSessionId() {
        return SessionId.on(name);
    }

    /** Returns a new Engine.IO {@code sid}: a secret of 20 characters that begins with the name of this node. */
    public String newEngineId() {
        return name + RandomName.of(ENGINE_SECRET_LENGTH);
    }

    /** Returns the node that created a {@code sid}; null if the text does not have the form of a {@code sid}. */
    public static String ofEngineId(String sid) {
        return sid.matches("[\\w-]{" + (SessionId.NODE_LENGTH + ENGINE_SECRET_LENGTH) + "}")
                ? sid.substring(0, SessionId.NODE_LENGTH)
                : null;
    }

    /** Returns a new secret token that begins with the name of this node. */
    public String newToken() {
        return name + RandomName.of(SECRET_LENGTH);
    }

    /** Returns the node that created a token; null if the text does not have the form of a token. */
    public static String ofToken(String token) {
        return token.matches("[\\w-]{" + (SessionId.NODE_LENGTH + SECRET_LENGTH) + "}")
                ? token.substring(0, SessionId.NODE_LENGTH)
                : null;
    }
}
