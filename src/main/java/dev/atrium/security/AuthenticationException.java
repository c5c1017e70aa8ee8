package dev.atrium.security;

import java.util.Locale;

/** Somebody is not who it says to be, or does not say who. The message is for the client. */
public final class AuthenticationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** There is no token. */
        MISSING("token: expected one, this server serves nobody unknown"),
        /** Its time is over. */
        EXPIRED("token: expired"),
        /** It is none that was made for this server: its signature, algorithm, issuer, audience or form. */
        INVALID("token: not valid here"),
        /** What it grants makes no sense. */
        MALFORMED_GRANT("token: its claim rooms makes no sense"),
        /** There is no such key. */
        UNKNOWN_KEY("X-API-Key: unknown"),
        /** It could not be judged now; the client may come again. */
        UNAVAILABLE("token: the keys to verify it with are out of reach, try again later");

        private final String message;

        Reason(String message) {
            this.message = message;
        }

        /** The name in metrics and logs. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;

    /** Without a stack trace, and without the cause: libraries put whole tokens into their messages. */
    public AuthenticationException(Reason reason) {
        this(reason, reason.message);
    }

    AuthenticationException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
