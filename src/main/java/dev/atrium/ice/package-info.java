/** ICE servers for WebRTC between clients: STUN and TURN, with credentials that expire. */
package dev.atrium.ice;
