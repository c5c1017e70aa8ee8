package dev.atrium.bench.workload;

import java.time.Duration;

/** Size and duration of the workloads. */
public record Scale(int members, int rooms, int idle, int storm, int resume, int upload, Duration warmUp, Duration measured) {
}
