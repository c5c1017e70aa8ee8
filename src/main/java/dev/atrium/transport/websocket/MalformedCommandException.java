package dev.atrium.transport.websocket;

/** A frame is not a valid command. The message names the field and what was expected of it. */
final class MalformedCommandException extends RuntimeException {

    private final Long seq;

    MalformedCommandException(Long seq, String message) {
        super(message, null, false, false);
        this.seq = seq;
    }

    /** The command's seq, or null if it could not be read. */
    Long seq() {
        return seq;
    }
}
