package dev.atrium.backplane;

/** Failure of a publication to a single session that does not exist: it never did, or can no longer be resumed. */
public final class NoSuchSessionException extends RuntimeException {

    /** It has no stack trace: it is a reply, not a fault. */
    public NoSuchSessionException() {
        super("there is no such session", null, false, false);
    }
}
