/** What operators see and touch: health, metrics, the end. It reads all other packages and is imported by none. */
package dev.atrium.operations;
