/** The benchmark command. */
package dev.atrium.bench;
