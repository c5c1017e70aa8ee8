package dev.atrium.bench.report;

/** Statistics of one figure of one subject over all runs. */
record Median(String workload, String figure, String unit, String subject, double median, double least, double most, int runs) {
}
