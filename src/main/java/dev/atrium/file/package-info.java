/**
 * Files that are published in rooms. They are uploaded in chunks, in any order and over any number of connections, verified,
 * and kept for a while in a {@link dev.atrium.file.FileStore}, a port with an implementation in each subpackage.
 */
package dev.atrium.file;
