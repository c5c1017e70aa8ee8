/** The HTTP side of a room. */
package dev.atrium.transport.http;
