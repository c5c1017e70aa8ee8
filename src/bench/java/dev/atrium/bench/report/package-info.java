/** Reports of the results: a table for people and a file for programs. */
package dev.atrium.bench.report;
