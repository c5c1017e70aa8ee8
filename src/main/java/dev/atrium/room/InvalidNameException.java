package dev.atrium.room;

/** A namespace or room name that no room can have. The message names the field and what was expected. */
public final class InvalidNameException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    InvalidNameException(String message) {
        super(message);
    }
}
