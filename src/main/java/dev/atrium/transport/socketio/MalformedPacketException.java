package dev.atrium.transport.socketio;

/** A packet is invalid; the connection is closed. */
final class MalformedPacketException extends RuntimeException {

    MalformedPacketException(String message) {
        super(message, null, false, false);
    }
}
