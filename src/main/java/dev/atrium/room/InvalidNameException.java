package dev.atrium.room;

/** Invalid namespace or room name. The message names the field and the expected form. */
public final class InvalidNameException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    InvalidNameException(String message) {
        super(message);
    }
}
