/** What comes before any transport: from where a request comes, who makes it, and whether there is room for it. */
package dev.atrium.transport.admission;
