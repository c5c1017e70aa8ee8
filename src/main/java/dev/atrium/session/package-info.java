/** Sessions of connected clients, independent of their transport: lifecycle, liveness and bounded send queue. */
package dev.atrium.session;
