package dev.atrium.security;

/**
 * Client of a request: its identity and address.
 *
 * @param identity identity of the client
 * @param address the client's IP address; empty if unknown
 */
public record Caller(Identity identity, String address) {

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

    /** Returns the key of a user. */
    static String keyOf(String user) {
        return "u" + user;
    }

    /** Returns the same client with another identity. */
    public Caller as(Identity other) {
        return new Caller(other, address);
    }
}
