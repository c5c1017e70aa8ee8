package dev.atrium.security;

/**
 * Authenticated identity of a client.
 *
 * @param name the token's {@code sub}, or the name of the API key; null for neither
 * @param permissions granted in addition to those of all clients
 * @param expires when it expires, in milliseconds since 1970; {@link #NEVER} if it does not
 */
public record Identity(Kind kind, String name, Permissions permissions, long expires) {

    /** Expiry of an identity that does not expire. */
    public static final long NEVER = Long.MAX_VALUE;

    /** How a client has authenticated. */
    public enum Kind {
        /** Not authenticated yet, though authentication is required. */
        NOBODY,
        /** Not authenticated; authentication is not required. */
        ANONYMOUS,
        /** By a token. */
        TOKEN,
        /** By the API key of a backend. */
        KEY
    }

    /** Client that may do nothing but authenticate. */
    public static final Identity NOBODY = new Identity(Kind.NOBODY, null, Permissions.NONE, NEVER);

    /** Client with the permissions of all clients. */
    public static final Identity ANONYMOUS = new Identity(Kind.ANONYMOUS, null, Permissions.NONE, NEVER);

    /** Returns the user, as other clients see it; null for none. A backend with an API key is no user. */
    public String user() {
        return kind == Kind.TOKEN ? name : null;
    }

    /** Returns whether the client still has to authenticate. */
    public boolean isNobody() {
        return kind == Kind.NOBODY;
    }

    /** Leaves out the permissions, which do not belong in logs. */
    @Override
    public String toString() {
        return kind + (name == null ? "" : " " + name);
    }
}
