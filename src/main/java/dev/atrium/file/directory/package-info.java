/** Files in a directory of this machine, or of a volume that replicas share. */
package dev.atrium.file.directory;
