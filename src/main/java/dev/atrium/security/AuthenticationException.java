package dev.atrium.security;

import java.util.Locale;

/** Failed authentication: the client's credentials are invalid or missing. The message is for the client. */
public final class AuthenticationException extends RuntimeException {

    /** Reason of the failure. */
    public enum Reason {
        MISSING("token: expected one, because this server requires authentication"),
        EXPIRED("token: expired"),
        /** The token is not valid for this server: wrong signature, algorithm, issuer, audience or form. */
        INVALID("token: not valid for this server"),
        MALFORMED_GRANT("token: its claim rooms is malformed"),
        UNKNOWN_KEY("X-API-Key: unknown"),
        /** The token could not be verified at the moment; the client may retry. */
        UNAVAILABLE("token: the keys to verify it with are unavailable, try again later");

        private final String message;

        Reason(String message) {
            this.message = message;
        }

        /** Returns the name in metrics and logs. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;

    /** Creates the exception without a stack trace and without the cause: libraries put whole tokens into their messages. */
    public AuthenticationException(Reason reason) {
        this(reason, reason.message);
    }

    AuthenticationException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
