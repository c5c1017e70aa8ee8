/**
 * Request filters in front of all transports: origin, client address, authentication, and limits of connections, time and
 * memory.
 */
package dev.atrium.transport.admission;
