/** File store in a local directory, or on a volume that replicas share. */
package dev.atrium.file.directory;
