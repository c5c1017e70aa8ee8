/** Tests of operations: settings, commands, logs, metrics, health, traces, drain, load and warm-up. */
package dev.atrium.it.operations;
