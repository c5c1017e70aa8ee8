/** Warm-up of a fresh replica before it is ready. */
package dev.atrium.warmup;
