/** Makes a fresh replica fast before it is ready. */
package dev.atrium.warmup;
