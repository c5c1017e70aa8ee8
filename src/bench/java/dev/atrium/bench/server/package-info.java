/** The servers that are measured, as processes: how they are started, what they use, how they are spoken to. */
package dev.atrium.bench.server;
