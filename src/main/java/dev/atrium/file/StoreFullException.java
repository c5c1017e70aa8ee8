package dev.atrium.file;

/** Thrown by a {@link FileStore} that has no room for more bytes. */
public final class StoreFullException extends RuntimeException {

    /** @param cause the error of the disk, the database or the service; null if the store checked before it wrote */
    public StoreFullException(Throwable cause) {
        super("no room is left for files", cause);
    }
}
