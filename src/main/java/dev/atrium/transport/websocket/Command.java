package dev.atrium.transport.websocket;

import dev.atrium.room.Data;

/**
 * One command of the session protocol, checked for form; what is absent is null.
 *
 * @param seq chosen by the client and carried back in the reply; no reply without it
 * @param cmd which command
 * @param room name of a room
 * @param event name of an event
 * @param data what to send; JSON's null if absent
 * @param echo whether the sender hears its own message
 * @param presence whether the session is shown who comes and goes
 * @param since whether the client asked to resume
 */
record Command(Long seq, String cmd, String room, String event, Data data, boolean echo, boolean presence,
        boolean since) {
}
