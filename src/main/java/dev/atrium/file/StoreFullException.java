package dev.atrium.file;

/** There is no room for more bytes where files are kept. */
public final class StoreFullException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param cause what the disk, the database or the service said; null if it was asked before */
    public StoreFullException(Throwable cause) {
        super("no room is left for files", cause);
    }
}
