/**
 * What replicas share. {@link dev.atrium.backplane.Backplane} is the port; {@code memory} and {@code redis} stand behind
 * it and pass the same contract test.
 */
package dev.atrium.backplane;
