/** Workloads: the load on a server, and what is measured under it. */
package dev.atrium.bench.workload;
