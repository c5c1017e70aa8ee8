/** Request filters in front of all transports: origin, client address, authentication and connection limits. */
package dev.atrium.transport.admission;
