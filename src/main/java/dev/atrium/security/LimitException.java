package dev.atrium.security;

/** Exceeded limit. The message is for the client. */
public final class LimitException extends RuntimeException {

    private final Limit limit;

    LimitException(Limit limit) {
        super(limit.message(), null, false, false);
        this.limit = limit;
    }

    public Limit limit() {
        return limit;
    }
}
