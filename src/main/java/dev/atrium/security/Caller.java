package dev.atrium.security;

/**
 * Client of a request: its identity and address.
 *
 * @param address the client's IP address; empty if unknown
 * @param handshake the request itself, if an application's handlers may ask for it; else {@link HandshakeInfo#NONE}
 */
public record Caller(Identity identity, String address, HandshakeInfo handshake) {

    /** A client whose request is not kept. */
    public Caller(Identity identity, String address) {
        this(identity, address, HandshakeInfo.NONE);
    }

    /**
     * Returns the key that identifies this client in rate limits and penalties: its user, otherwise its address; null if both
     * are unknown, so that many clients could share it.
     */
    public String key() {
        if (identity.user() != null) {
            return keyOf(identity.user());
        }
        return address.isEmpty() ? null : "a" + address;
    }

    static String keyOf(String user) {
        return "u" + user;
    }

    /** Returns the same client with the request that opened its connection. */
    public Caller with(HandshakeInfo opened) {
        return new Caller(identity, address, opened);
    }

    /** Returns the same client with another identity. */
    public Caller as(Identity other) {
        return new Caller(other, address, handshake);
    }
}
