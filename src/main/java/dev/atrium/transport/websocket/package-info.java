/**
 * WebSocket endpoints (RFC 6455): the plain socket of a room, the session protocol, and the echo. Vert.x makes the handshake
 * and Netty's codec reads frames; messages of rooms are written below the encoder, as frames that all members share.
 */
package dev.atrium.transport.websocket;
