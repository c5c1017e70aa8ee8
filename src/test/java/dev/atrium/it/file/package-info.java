/** Upload and download of files, over each store. */
package dev.atrium.it.file;
