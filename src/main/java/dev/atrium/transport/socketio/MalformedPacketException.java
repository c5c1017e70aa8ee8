package dev.atrium.transport.socketio;

/** A packet that makes no sense: the connection cannot go on. */
final class MalformedPacketException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedPacketException(String message) {
        super(message, null, false, false);
    }
}
