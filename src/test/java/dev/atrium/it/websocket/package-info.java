/** RFC 6455 on the wire, and the plain and the session protocol over it. */
package dev.atrium.it.websocket;
