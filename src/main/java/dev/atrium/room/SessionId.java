package dev.atrium.room;

/**
 * Format of session ids: {@code ~}, six characters that name the replica, fourteen random ones (base64url).
 *
 * <p>
 * The id names the replica that holds the session, so a message to one session needs no subscription of its own. The {@code ~}
 * form is reserved: a client cannot receive another session's messages by joining a room named by its id.
 */
public final class SessionId {

    static final int NODE_LENGTH = 6;
    private static final int LENGTH = 1 + NODE_LENGTH + 14;

    private SessionId() {
    }

    static String newNode() {
        return RandomName.of(NODE_LENGTH);
    }

    static String on(String node) {
        return "~" + node + RandomName.of(LENGTH - 1 - NODE_LENGTH);
    }

    public static boolean isSessionId(String name) {
        if (name.length() != LENGTH || name.charAt(0) != '~') {
            return false;
        }
        for (int i = 1; i < LENGTH; i++) {
            char c = name.charAt(i);
            boolean base64url = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (!base64url) {
                return false;
            }
        }
        return true;
    }

    /** Returns the replica that created the session of this id. */
    public static String node(String id) {
        return id.substring(1, 1 + NODE_LENGTH);
    }
}
