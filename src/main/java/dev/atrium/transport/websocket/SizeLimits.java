package dev.atrium.transport.websocket;

/**
 * Maximum sizes, in bytes, of what a client sends on the WebSockets of one endpoint. A larger frame, or message of one frame or
 * several, inflated, closes the connection with 1009.
 */
public record SizeLimits(int frame, int message) {

    /** Limits of a protocol that limits its messages, in however many frames they come. */
    public static SizeLimits ofMessage(int message) {
        return new SizeLimits(message, message);
    }

    /** Returns the limits of compressed messages: incompressible data grows, as far as zlib's {@code deflateBound}. */
    SizeLimits compressed() {
        return new SizeLimits(deflated(frame), deflated(message));
    }

    private static int deflated(int size) {
        return size + (size + 7 >> 3) + (size + 63 >> 6) + 11;
    }
}
