/** Operations: health checks, metrics, logs, drain and shutdown. It reads all other packages and is imported by none. */
package dev.atrium.operations;
