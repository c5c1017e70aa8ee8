/** Who a client is, what it may do, and how much: tokens, permissions, limits, TLS. */
package dev.atrium.it.security;
