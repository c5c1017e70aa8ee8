package dev.atrium.security;

/** A token or a setting grants something that makes no sense; the message says what was expected. */
public final class InvalidGrantException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidGrantException(String message) {
        super(message, null, false, false);
    }
}
