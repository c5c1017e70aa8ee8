/** Checks what clients may do, for every transport, executes their commands, and emits the events of this replica. */
package dev.atrium.gateway;
