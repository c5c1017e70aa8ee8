/**
 * Whole-service tests: real replicas, each a process of the packaged program, a real Redis, and clients on the real wire.
 */
package dev.atrium.it;
