package dev.atrium.room;

/** Invalid namespace or room name. The message names the field and the expected form. */
public final class InvalidNameException extends IllegalArgumentException {

    InvalidNameException(String message) {
        super(message);
    }
}
