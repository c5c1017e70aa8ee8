/** Measured servers as processes: how they are started, which resources they use, and which protocols they support. */
package dev.atrium.bench.server;
