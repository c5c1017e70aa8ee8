/**
 * Engine.IO 4: one connection with a client, over HTTP long-polling, a WebSocket, or first the one and then the other. It
 * knows nothing of rooms.
 *
 * @see <a href="https://github.com/socketio/engine.io-protocol">The Engine.IO protocol</a>
 */
package dev.atrium.transport.engineio;
