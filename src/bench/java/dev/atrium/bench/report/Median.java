package dev.atrium.bench.report;

/** One figure of one subject over all runs. */
record Median(String workload, String figure, String unit, String subject, double median, double least, double most, int runs) {
}
