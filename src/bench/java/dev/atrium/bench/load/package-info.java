/**
 * Load generator: many WebSocket clients on one event loop, with so little work per message that the measured server is the
 * bottleneck.
 */
package dev.atrium.bench.load;
