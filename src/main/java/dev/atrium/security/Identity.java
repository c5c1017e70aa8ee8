package dev.atrium.security;

/**
 * Who a client has shown to be.
 *
 * @param kind how it has shown that
 * @param name the token's {@code sub}, or that of the key; null for neither
 * @param permissions what it was granted besides what everyone is
 * @param expires when it ends, in milliseconds since 1970; {@link #NEVER} if it does not
 */
public record Identity(Kind kind, String name, Permissions permissions, long expires) {

    /** Of what does not end. */
    public static final long NEVER = Long.MAX_VALUE;

    /** How a client has shown who it is. */
    public enum Kind {
        /** Not yet, and it has to. */
        NOBODY,
        /** Not, and it need not. */
        ANONYMOUS,
        /** By a token. */
        TOKEN,
        /** By the key of a backend. */
        KEY
    }

    /** May do nothing but say who it is. */
    public static final Identity NOBODY = new Identity(Kind.NOBODY, null, Permissions.NONE, NEVER);

    /** May do what everyone may. */
    public static final Identity ANONYMOUS = new Identity(Kind.ANONYMOUS, null, Permissions.NONE, NEVER);

    /** The user, as others see it; null for none. A backend is none. */
    public String user() {
        return kind == Kind.TOKEN ? name : null;
    }

    /** Whether it still has to say who it is. */
    public boolean isNobody() {
        return kind == Kind.NOBODY;
    }

    /** Without what it was granted: logs are no place for that. */
    @Override
    public String toString() {
        return kind + (name == null ? "" : " " + name);
    }
}
