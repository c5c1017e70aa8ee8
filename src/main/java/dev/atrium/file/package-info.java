/**
 * Files that are said in rooms: they come in chunks, in any order and over as many connections as it takes, are verified, and
 * are kept for a while in a {@link dev.atrium.file.FileStore}, the port that its implementations stand beside.
 */
package dev.atrium.file;
