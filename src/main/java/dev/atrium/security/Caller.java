package dev.atrium.security;

/**
 * Who asks for something, and from where.
 *
 * @param identity who
 * @param address the client's IP address, as far as it is known; empty for none
 */
public record Caller(Identity identity, String address) {

    /** By what it is told from others when it has no session; null if it may be anybody. */
    public String key() {
        if (identity.user() != null) {
            return keyOf(identity.user());
        }
        return address.isEmpty() ? null : "a" + address;
    }

    /** The key of whoever is that user. */
    static String keyOf(String user) {
        return "u" + user;
    }

    /** The same client with another identity. */
    public Caller as(Identity other) {
        return new Caller(other, address);
    }
}
