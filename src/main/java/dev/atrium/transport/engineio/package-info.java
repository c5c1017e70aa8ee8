/**
 * Engine.IO 4: connections over HTTP long-polling, over a WebSocket, or upgraded from one to the other. It has no rooms.
 *
 * @see <a href="https://github.com/socketio/engine.io-protocol">The Engine.IO protocol</a>
 */
package dev.atrium.transport.engineio;
