package dev.atrium.transport.websocket;

/**
 * One command of the session protocol, checked for form.
 *
 * @param seq chosen by the client and carried back in the reply; no reply without it
 * @param cmd which command
 */
record CommandFrame(Long seq, String cmd, Params params) {
}
