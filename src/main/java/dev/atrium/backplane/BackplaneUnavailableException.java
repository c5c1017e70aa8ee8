package dev.atrium.backplane;

/** Backplane temporarily unreachable; the same call can succeed later. */
public final class BackplaneUnavailableException extends RuntimeException {

    private final boolean sent;

    private BackplaneUnavailableException(String message, boolean sent, Throwable cause) {
        // No stack trace: one is created per rejected message while Redis is down.
        super(message, cause, false, false);
        this.sent = sent;
    }

    /** Creates the failure of a command that was not sent, or rejected before any effect: a retry cannot duplicate anything. */
    public static BackplaneUnavailableException notSent(String reason) {
        return notSent(reason, null);
    }

    /** Creates the failure as {@link #notSent(String)}, with the reply of Redis. */
    public static BackplaneUnavailableException notSent(String reason, Throwable cause) {
        return new BackplaneUnavailableException("backplane unavailable: " + reason, false, cause);
    }

    /** Creates the failure of a command that was sent, and not answered, or with an error that does not exclude an effect. */
    public static BackplaneUnavailableException unanswered(Throwable cause) {
        return new BackplaneUnavailableException("backplane unavailable: " + cause.getMessage(), true, cause);
    }

    /** Returns whether the command may have taken effect in spite of the failure. */
    public boolean mayHaveTakenEffect() {
        return sent;
    }
}
