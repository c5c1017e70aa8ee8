package dev.atrium.security;

/** Exceeded limit. The message is for the client. */
public final class LimitException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Limit limit;

    LimitException(Limit limit) {
        super(limit.message(), null, false, false);
        this.limit = limit;
    }

    public Limit limit() {
        return limit;
    }
}
