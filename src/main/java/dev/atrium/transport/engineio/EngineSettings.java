package dev.atrium.transport.engineio;

import java.time.Duration;

/**
 * Settings of every Engine.IO connection on this replica.
 *
 * @param pingInterval from one ping to the next, if the client answers the first
 * @param pingTimeout time that a client has to answer a ping
 * @param upgradeTimeout time that a client has to complete an upgrade
 * @param maxPayload maximum bytes of a POST body and of a WebSocket message
 */
record EngineSettings(Duration pingInterval, Duration pingTimeout, Duration upgradeTimeout, int maxPayload) {
}
