/** The command line of the jar. */
package dev.atrium.command;
