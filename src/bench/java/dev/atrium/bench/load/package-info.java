/** The load generator: many WebSocket clients on one event loop, cheap enough to outrun the servers it measures. */
package dev.atrium.bench.load;
