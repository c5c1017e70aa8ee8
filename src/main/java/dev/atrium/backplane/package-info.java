/**
 * State shared by the replicas. {@link dev.atrium.backplane.Backplane} is the port; its adapters {@code memory} and
 * {@code redis} pass the same contract test.
 */
package dev.atrium.backplane;
