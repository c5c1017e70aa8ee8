/** What an operator sees and does: settings, commands, logs, metrics, health, traces, drain, load and warm-up. */
package dev.atrium.it.operations;
