/** HTTP interface of rooms: Jakarta REST resources, streams, long polls, files and pages. */
package dev.atrium.transport.http;
