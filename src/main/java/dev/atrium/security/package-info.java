/** Who a client is, what it may do in which room, and how much of everything it may use. */
package dev.atrium.security;
