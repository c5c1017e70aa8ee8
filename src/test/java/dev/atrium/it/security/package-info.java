/** Tests of security: tokens, permissions, limits, TLS. */
package dev.atrium.it.security;
