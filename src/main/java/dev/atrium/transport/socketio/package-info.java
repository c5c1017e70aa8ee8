/**
 * Socket.IO 5: namespaces, events and acknowledgements over an Engine.IO connection. It has no dependency on HTTP.
 *
 * @see <a href="https://github.com/socketio/socket.io-protocol">The Socket.IO protocol</a>
 */
package dev.atrium.transport.socketio;
