/** HTTP API of rooms, and the pages that the server serves. */
package dev.atrium.it.http;
