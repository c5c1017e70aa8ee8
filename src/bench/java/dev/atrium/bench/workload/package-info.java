/** What is done to a server and what is measured meanwhile. */
package dev.atrium.bench.workload;
