package dev.atrium.security;

/** Malformed grant in a token or a setting; the message names the expected form. */
public final class InvalidGrantException extends RuntimeException {

    InvalidGrantException(String message) {
        super(message, null, false, false);
    }
}
