/**
 * Traces: a span for each publication, and one for its delivery on each replica, exported to an OpenTelemetry collector. No
 * class of OpenTelemetry is loaded unless tracing is enabled.
 */
package dev.atrium.tracing;
