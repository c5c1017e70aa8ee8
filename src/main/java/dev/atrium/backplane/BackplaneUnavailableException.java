package dev.atrium.backplane;

/** The backplane is out of reach now; the same call can succeed later. */
public final class BackplaneUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean sent;

    private BackplaneUnavailableException(String message, boolean sent, Throwable cause) {
        // No stack trace: this is an answer, made once per refused message while Redis is away.
        super(message, cause, false, false);
        this.sent = sent;
    }

    /** Nothing was sent, so nothing was taken: trying again cannot double anything. */
    public static BackplaneUnavailableException notSent(String why) {
        return new BackplaneUnavailableException("backplane unavailable: " + why, false, null);
    }

    /** The command was on its way when the connection broke, or was refused. */
    public static BackplaneUnavailableException unanswered(Throwable cause) {
        return new BackplaneUnavailableException("backplane unavailable: " + cause.getMessage(), true, cause);
    }

    /** Whether the command may have been carried out all the same. */
    public boolean maybeTaken() {
        return sent;
    }
}
