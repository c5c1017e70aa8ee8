/**
 * Traces: a span for each publication, and one for its delivery on each replica, told to a collector of OpenTelemetry. Nothing of
 * OpenTelemetry is loaded unless somebody asked for it.
 */
package dev.atrium.tracing;
