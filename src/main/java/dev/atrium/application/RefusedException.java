package dev.atrium.application;

/** Thrown by an {@link OnConnect} handler to reject a client. The client is sent the message, and the data if there is any. */
public final class RefusedException extends RuntimeException {

    private final transient Object data;

    public RefusedException(String message) {
        this(message, null);
    }

    /** @param data anything that Jackson writes, or null */
    public RefusedException(String message, Object data) {
        super(message, null, false, false);
        this.data = data;
    }

    /** Additional data that the client is sent, or null. */
    public Object data() {
        return data;
    }
}
