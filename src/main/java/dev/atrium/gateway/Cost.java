package dev.atrium.gateway;

/**
 * Cost of a command, which the rate limit of its session is charged for.
 *
 * @param messages number of messages as which the command counts
 * @param bytes size of what the client has sent
 */
public record Cost(int messages, long bytes) {

    /** No cost: the client was charged before, with the handshake or for an earlier attempt. */
    public static final Cost NONE = new Cost(0, 0);

    /** Cost of a command that came as one message of that size. */
    public static Cost message(int bytes) {
        return new Cost(1, bytes);
    }
}
