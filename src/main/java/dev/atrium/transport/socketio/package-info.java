/**
 * Socket.IO 5: namespaces, events and acknowledgements over a connection of Engine.IO. It knows nothing of HTTP.
 *
 * @see <a href="https://github.com/socketio/socket.io-protocol">The Socket.IO protocol</a>
 */
package dev.atrium.transport.socketio;
