/** The table and the file that come of it. */
package dev.atrium.bench.report;
