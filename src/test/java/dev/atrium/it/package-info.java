/**
 * Tests of the whole service: real replicas, each a process of the packaged program, a real Redis, and clients over real
 * connections.
 */
package dev.atrium.it;
