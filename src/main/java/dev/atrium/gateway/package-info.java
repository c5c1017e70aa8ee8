/** What a client may do, in one place for every transport, and the stream of what happened. */
package dev.atrium.gateway;
