package dev.atrium.transport.websocket;

/**
 * A command of the session protocol, checked for form.
 *
 * @param seq sequence number that the client has chosen and the reply repeats; null for no reply
 */
record CommandFrame(Long seq, String cmd, Parameters params) {
}
